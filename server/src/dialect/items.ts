/**
 * The start of a declaration or statement: reads its specifiers, or sees a macro where one stands alone.
 */
import { attributeCall, pointerGroup, typedefGroup } from './groups';
import { C } from './characters';
import { bracket, fileCall, macroCall } from './macro-uses';
import { choose, implicitInt, named, rank, stars, tag, unnamedBits } from './specifiers';
import { Frame, isUpper, isDeclWord, isStatementWord, type Spec, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

/** 1 for the first character of an operator behind which a word at the start of a statement is a value. */
const PLAIN_AFTER = new Uint8Array(256);
for (const c of '=-.[+|&^%/<>') PLAIN_AFTER[c.charCodeAt(0)] = 1;

/** Start of a declaration or statement; returns the token to go on with. */
export function startItem(st: State, i: number, frame: Frame): number {
  const { tokens } = st;
  const c = tokens.code[i] ?? 0;
  switch (c) {
    case Word.Case:
    case Word.Default: {
      let deep = 0;
      let range = -1;
      for (let k = i + 1; k < tokens.n; k++) {
        const d = tokens.code[k] ?? 0;
        if (d === P.question) deep++;
        else if (d === P.ellipsis) range = k;
        else if (d === P.colon && deep-- === 0) {
          if (range > 0) {
            st.guess(i, k - 1, 'A range of values was read as the first of them.');
            st.overlay.blank(tokens.from(range), tokens.to(k - 1));
            for (let r = range; r < k; r++) tokens.kind[r] = Kind.Gone;
          }
          st.item = true;
          return k + 1;
        } else if (d === P.semi || d === P.lbrace || d === P.rbrace) return i;
        else if (d === P.lparen) k = Math.max(k, tokens.close(k));
      }
      return i;
    }
    case P.semi:
      if (frame === Frame.Record) st.overlay.blank(tokens.from(i), tokens.to(i));
      return i;
    case Word.Plain:
      // `name = …`, `name->field …`, `name[…] …`: by far the most frequent beginnings, and nothing can be wrong with them.
      if (frame === Frame.Block) {
        if (tokens.kind[i + 1] === Kind.Punct && PLAIN_AFTER[(tokens.code[i + 1] ?? 0) & 255] === 1) return i;
        const next = ownLine(st, i);
        if (next > i) return next;
      }
      return declaration(st, i, frame);
    case Word.Type:
    case Word.Tag:
    case Word.Qualifier:
    case Word.Typedef:
    case Word.Extern:
      return declaration(st, i, frame);
    default:
      return i;
  }
}

/** A macro of braces on a line of its own, before a word that would make it look like a type. Returns the token to go on with, or -1. */
function ownLine(st: State, i: number): number {
  const { tokens, overlay } = st;
  if (tokens.code[i + 1] !== Word.Plain || st.namesType(i) || !isUpper(st, i)) return -1;
  let k = tokens.to(i);
  while (k < tokens.from(i + 1) && overlay.codes[k] !== C.Lf) k++;
  if (k === tokens.from(i + 1)) return -1;
  const cls = st.classOf(tokens.word(i));
  return cls === 'open' || cls === 'close' ? bracket(st, i, i, cls) : -1;
}

/** `static NAME(a, B | C);`: what such arguments make, a macro makes. Returns the token to go on with, or -1. */
function madeByMacro(st: State, i: number, name: number, close: number): number {
  const { tokens } = st;
  let value = false;
  for (let k = name + 2; k < close && !value; k++) {
    const kind = tokens.kind[k];
    value = kind === Kind.Number || kind === Kind.String || tokens.is(k, P.or) || tokens.is(k, P.plus) || tokens.is(k, P.minus);
    if (tokens.is(k, P.lbracket) || tokens.is(k, P.lparen)) k = Math.max(k, tokens.close(k));
  }
  if (!value) return -1;
  fileCall(st, name, close);
  st.guess(i, close, `\`${tokens.word(name)}\` was taken for a declaration that a macro makes.`);
  st.overlay.blank(tokens.from(i), tokens.to(close));
  for (let k = i; k <= close; k++) tokens.kind[k] = Kind.Gone;
  return close + 1;
}

/**
 * Reads specifiers from `i`: exactly one names the type, the rest are attributes. Returns the token to go on with.
 */
export function declaration(st: State, i: number, frame: Frame): number {
  const { tokens } = st;
  const specs: Spec[] = [];
  let j = i;
  let qualified = false;
  for (; j < tokens.n; j++) {
    const c = tokens.code[j] ?? 0;
    if (tokens.kind[j] === Kind.Gone) continue;
    if (c === Word.Qualifier) qualified = true;
    else if (c === Word.Typedef) {
      st.typedef = true;
      qualified = true;
    } else if (c === Word.Extern) {
      qualified = true;
      if (tokens.kind[j + 1] === Kind.String) {
        if (tokens.is(j + 2, P.lbrace)) return j + 2;
        j++;
        st.overlay.blank(tokens.from(j), tokens.to(j));
        tokens.kind[j] = Kind.Gone;
      }
    } else if (c === Word.Type) {
      const from = j;
      if (st.typedef && specs.length > 0 && (tokens.is(j + 1, P.semi) || tokens.is(j + 1, P.comma))) {
        // `typedef INT8 int8_t;`
        st.addType(j);
        break;
      }
      while (tokens.code[j + 1] === Word.Type || (tokens.code[j + 1] === Word.Qualifier && tokens.code[j + 2] === Word.Type)) j++;
      specs.push({ from, to: j, rank: 200 });
    } else if (c === Word.Tag) {
      const tail = tag(st, j);
      specs.push({ from: j, to: tail, rank: 200 });
      j = tail;
      if (tokens.is(j + 1, P.lbrace)) {
        choose(st, specs, frame);
        return j + 1;
      }
    } else if (c === Word.Plain) {
      if (tokens.is(j + 1, P.lparen)) {
        const close = tokens.close(j + 1);
        if (close < 0) break;
        if (pointerGroup(st, j + 1, close, frame, frame !== Frame.Block || qualified)) {
          specs.push({ from: j, to: j, rank: rank(st, j) });
          j++;
          break;
        }
        if (
          specs.length > 1 &&
          tokens.kind[j + 2] === Kind.String &&
          !isDeclWord(st.follow(close)) &&
          st.follow(close) !== P.lbrace
        ) {
          st.drop(j, close, 'attribute');
          j = close;
          continue;
        }
        const has = specs.some((s) => s.rank > 0);
        const after = st.follow(close);
        if (specs.length === 0 && !qualified) {
          const next = macroCall(st, j, close, frame);
          if (next < 0) return j;
          if (next > j && tokens.kind[j] === Kind.Gone && !tokens.is(next, P.lbrace)) st.item = true;
          return next;
        }
        if (frame === Frame.File && specs.length === 0 && !st.typedef && after === P.semi) {
          const next = madeByMacro(st, i, j, close);
          if (next > j) return next;
        }
        if (frame !== Frame.Block && isDeclWord(after) && attributeCall(st, j, close, has)) {
          j = close;
          continue;
        }
        break;
      }
      specs.push({ from: j, to: j, rank: rank(st, j) });
    } else break;
  }
  const stop = tokens.code[j] ?? 0;
  if (stop === P.colon && frame === Frame.Record && (specs.length === 1 || (specs.at(-1)?.rank ?? 0) === 200)) {
    unnamedBits(st, j);
    st.expression = true;
    return j;
  }
  if (specs.length === 0) {
    if (qualified && stop === Word.Plain) {
      implicitInt(st, i, j);
      named(st, j, frame);
    }
    return j;
  }
  if (
    qualified &&
    specs.length === 1 &&
    specs[0]?.rank !== 200 &&
    frame !== Frame.Record &&
    (stop === P.semi || stop === P.assign)
  ) {
    if (st.typedef) {
      st.addType(specs[0]?.from ?? i);
      st.drop(i, j - 1, 'statement');
      return j;
    }
    implicitInt(st, i, specs[0]?.from ?? j);
  }
  if (stop === P.star) {
    if (specs.length > 1 || qualified) choose(st, specs, frame);
    return stars(st, j, frame);
  }
  if (stop === P.lparen) {
    typedefGroup(st, j);
    choose(st, specs, frame);
    return j;
  }
  if (tokens.code[j] === Word.Plain && tokens.is(j + 1, P.lparen)) {
    choose(st, specs, frame);
    if (frame !== Frame.Block || specs.length > 0) named(st, j, frame);
    return j;
  }
  if (
    frame === Frame.Record &&
    !qualified &&
    specs.length === 1 &&
    specs[0]?.rank !== 200 &&
    (stop === P.rbrace || isDeclWord(stop))
  ) {
    if (st.insert(tokens.to(j - 1), tokens.from(j), ';'))
      st.guess(i, j - 1, `\`${tokens.word(i)}\` was taken for members that a macro makes.`);
    else st.drop(i, j - 1, 'statement');
    st.item = true;
    return j;
  }
  if (
    frame === Frame.File &&
    !qualified &&
    specs.length === 1 &&
    (stop === P.rbrace || j >= tokens.n) &&
    specs[0]?.rank !== 200
  ) {
    st.drop(i, j - 1, 'attribute');
    return j;
  }
  if (frame === Frame.Block && !qualified && specs.length === 1 && specs[0]?.rank !== 200) return lone(st, i, j);
  if (specs.length > 1) {
    const last = specs.at(-1);
    if (last && last.rank < 200 && last.from === last.to) {
      specs.pop();
      if (st.typedef) st.addType(last.from);
      choose(st, specs, frame);
    } else choose(st, specs, frame);
  }
  return j;
}

/** A word alone at the start of a statement that is followed by something that is no operator. */
export function lone(st: State, i: number, j: number): number {
  const { tokens } = st;
  const c = tokens.code[j] ?? 0;
  if (c === P.colon) {
    if (isUpper(st, i) && tokens.to(i) - tokens.from(i) > 5 && st.classOf(tokens.word(i)) === 'case') {
      st.overlay.write(tokens.from(i), 'case ');
      st.renamed.set(tokens.from(i) + 5, { start: tokens.from(i), end: tokens.to(i) });
    } else if (tokens.is(j + 1, P.rbrace)) st.insert(tokens.to(j), tokens.from(j + 1), ';');
    st.item = true;
    return j + 1;
  }
  if (tokens.kind[j] === Kind.Punct && c !== P.lbrace && c !== P.rbrace && c !== P.semi) return i;
  const name = tokens.word(i);
  if (c === P.semi && !isUpper(st, i)) return i;
  const cls = st.classOf(name);
  if (cls === 'open' || cls === 'close') return bracket(st, i, i, cls);
  if (j >= tokens.n) return i;
  if (c === P.lbrace || (cls === 'header' && isStatementWord(c))) {
    if (cls === 'header' && name.length >= 7) {
      st.overlay.replace(tokens.from(i), tokens.to(i), 'for(;;)');
      st.item = true;
      return i + 1;
    }
    st.drop(i, i, 'statement');
    st.item = true;
    return i + 1;
  }
  if (c === P.rbrace || isStatementWord(c)) {
    if (cls === 'statement' || cls === 'expr') {
      if (st.insert(tokens.to(i), tokens.from(j), ';')) {
        st.item = true;
        return j;
      }
    }
    st.drop(i, i, 'statement');
    st.item = true;
    return i + 1;
  }
  return i;
}
