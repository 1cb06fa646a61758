/**
 * Uses of macros at the start of an item, by what the macro is: a statement without semicolon, the head of a block or of a function,
 * braces, a declaration.
 */
import { unbrace } from './brackets';
import type { MacroClass } from './classify';
import { KNOWN_CALL } from './names';
import { named, oldStyle } from './specifiers';
import { COM_INTERFACE, COM_METHOD, Frame, isUpper, isDeclWord, isStatementWord, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

/** How many braces a macro leaves open or closes. */
export function balance(st: State, name: string): number {
  const body = st.notes.body(name) ?? st.ask.macro(name)?.body ?? '';
  let deep = 0;
  let low = 0;
  for (const c of body) {
    if (c === '{') deep++;
    else if (c === '}') low = Math.min(low, --deep);
  }
  return Math.max(1, deep > 0 ? deep : -low);
}

export function bracket(st: State, from: number, to: number, cls: 'open' | 'close'): number {
  const { tokens, overlay } = st;
  overlay.blank(tokens.from(from), tokens.to(to));
  const count = Math.min(balance(st, tokens.word(from)), tokens.to(from) - tokens.from(from));
  overlay.write(tokens.from(from), (cls === 'open' ? '{' : '}').repeat(count));
  for (let k = from + 1; k <= to; k++) tokens.kind[k] = Kind.Gone;
  tokens.kind[from] = Kind.Punct;
  tokens.code[from] = cls === 'open' ? P.lbrace : P.rbrace;
  tokens.end[from] = tokens.from(from) + 1;
  tokens.mate[from] = -1;
  for (let k = 0; k < count; k++) {
    if (cls === 'open') st.push(Frame.Block, from);
    else unbrace(st, from);
  }
  st.item = true;
  return to + 1;
}

/**
 * `NAME(args)` at the start of an item. Returns the token to go on with, or -1 when it is an ordinary expression or declaration.
 */
export function macroCall(st: State, i: number, close: number, frame: Frame): number {
  const { tokens } = st;
  const after = st.follow(close);
  if (frame === Frame.Block && statementArguments(st, i, close)) return i + 1;
  if (frame === Frame.Record && after === P.lparen && COM_METHOD.test(tokens.word(i))) {
    let k = close + 1;
    while (k < tokens.n && !tokens.is(k, P.semi) && !tokens.is(k, P.rbrace))
      k = Math.max(k, tokens.is(k, P.lparen) ? tokens.close(k) : k) + 1;
    if (tokens.is(k, P.semi)) k++;
    st.drop(i, k - 1, 'statement');
    st.item = true;
    return k;
  }
  if (frame === Frame.File && after === P.lbrace && COM_INTERFACE.test(tokens.word(i)) && tokens.code[i + 2] === Word.Plain) {
    st.overlay.replace(tokens.from(i), tokens.to(i + 1), 'struct');
    st.overlay.blank(tokens.to(i + 2), tokens.to(close));
    for (let k = i; k <= close; k++) tokens.kind[k] = Kind.Gone;
    st.push(Frame.Record, close + 1);
    st.item = true;
    return close + 2;
  }
  if (after === P.semi) {
    if (tokens.is(i - 1, P.rbrace) && tokens.word(tokens.close(i - 1) - 1) === 'do' && tokens.to(i) - tokens.from(i) >= 5) {
      // Only a `while` can stand here, whatever it is called.
      st.overlay.replace(tokens.from(i), tokens.to(i), 'while');
      return -1;
    }
    if (frame === Frame.Block && isUpper(st, i)) {
      const cls = st.classOf(tokens.word(i));
      if (cls === 'open' || cls === 'close') return bracket(st, i, close, cls);
    }
    if (frame === Frame.File) {
      fileCall(st, i, close);
      st.overlay.blank(tokens.from(i), tokens.to(close));
      for (let k = i; k <= close; k++) tokens.kind[k] = Kind.Gone;
      return close + 1;
    } else if (frame === Frame.Record) {
      st.drop(i, close + 1, 'statement');
      st.item = true;
      return close + 2;
    }
    return -1;
  }
  const name = tokens.word(i);
  if (frame === Frame.File) {
    if (after === P.lbrace) return generator(st, i, close);
    if (isDeclWord(after) || after === P.rbrace || close + 1 >= tokens.n) {
      if (after !== P.rbrace && oldStyle(st, close)) return generator(st, i, close);
      fileCall(st, i, close);
      st.drop(i, close, 'attribute');
      return close + 1;
    }
    return -1;
  }
  if (frame === Frame.Record) {
    st.item = true;
    if (after === Word.Plain || after === P.star) {
      // A type made by a macro: its name alone will do.
      if (after === Word.Plain && (tokens.code[close + 2] === Word.Plain || tokens.is(close + 2, P.lparen))) {
        st.drop(i, close, 'attribute');
        return close + 1;
      }
      st.overlay.blank(tokens.from(i + 1), tokens.to(close));
      for (let k = i + 1; k <= close; k++) tokens.kind[k] = Kind.Gone;
      return i;
    }
    st.drop(i, close, 'attribute');
    return close + 1;
  }
  if (!isStatementWord(after) && after !== P.lbrace && after !== P.rbrace) return -1;
  const cls = st.classOf(name);
  if (cls === 'open' || cls === 'close') return bracket(st, i, close, cls);
  if (after === P.lbrace || cls === 'header' || cls === 'test' || cls === 'switch') return header(st, i, close, cls, name);
  if (after === Word.Plain && cls === 'type') {
    st.overlay.blank(tokens.from(i + 1), tokens.to(close));
    for (let k = i + 1; k <= close; k++) tokens.kind[k] = Kind.Gone;
    return i;
  }
  const next = close + 1 < tokens.n ? tokens.from(close + 1) : tokens.text.length;
  if (cls === 'attribute' || !(st.insert(tokens.to(close), next, ';') || closeEarlier(st, close))) {
    st.drop(i, close, 'statement');
    return close + 1;
  }
  if (cls === undefined && !KNOWN_CALL.has(name))
    st.guess(i, close, `\`${name}\` was taken for a statement without a semicolon.`);
  st.heads.add(close);
  return i;
}

/** `NAME(T, f(); g();)`: statements as an argument. They are read as a block; the other arguments go. */
function statementArguments(st: State, i: number, close: number): boolean {
  const { tokens, overlay } = st;
  const open = i + 1;
  let comma = open;
  let found = false;
  for (let k = open + 1; k < close && !found; k++) {
    const c = tokens.code[k] ?? 0;
    if (c === P.lparen || c === P.lbracket || c === P.lbrace) k = Math.max(k, tokens.close(k));
    else if (c === P.comma) comma = k;
    else if (c === P.semi) found = true;
  }
  // What follows the last `;` would have to be a statement, too.
  if (!found || !(tokens.is(close - 1, P.semi) || tokens.is(close - 1, P.rbrace))) return false;
  st.guess(i, open, `\`${tokens.word(i)}\` was taken for a block around the statements that it is given.`);
  overlay.replace(tokens.from(i), tokens.to(comma), '{');
  overlay.replace(tokens.from(close), tokens.to(close), '}');
  for (let k = i; k <= comma; k++) {
    tokens.kind[k] = Kind.Gone;
    tokens.code[k] = 0;
  }
  tokens.kind[close] = Kind.Punct;
  tokens.code[close] = P.rbrace;
  tokens.mate[close] = -1;
  st.push(Frame.Block, comma);
  st.item = true;
  return true;
}

/** A loop or test made by a macro: its name is spelled as the keyword. */
export function header(st: State, i: number, close: number, cls: MacroClass | undefined, name: string): number {
  const { tokens } = st;
  const loop = cls === 'header' || (cls === undefined && /EACH|FOR|LOOP|WHILE|ITER/i.test(name));
  const word = cls === 'switch' ? 'switch' : loop && name.length >= 5 ? 'while' : 'if';
  if (name.length < word.length || close === i + 2) {
    st.drop(i, close, 'statement');
    return close + 1;
  }
  st.overlay.replace(tokens.from(i), tokens.to(i), word);
  tokens.code[i] = Word.Control;
  if (loop && word === 'if') st.guess(i, close, `\`${name}\` is a loop and was read as a single pass.`);
  else if (cls === undefined) st.guess(i, close, `\`${name}\` was taken for the head of a block.`);
  return i;
}

/** A function definition whose head is a macro, or that has no type. */
export function generator(st: State, i: number, close: number): number {
  const { tokens } = st;
  let k = close + 1;
  while (k < tokens.n && !tokens.is(k, P.lbrace)) k++;
  if (k >= tokens.n) return -1;
  const name = tokens.word(i);
  const macro = st.classOf(name) !== undefined || /^[A-Z][A-Z0-9_]*$/.test(name);
  if (!macro && name.length >= 3) {
    // A definition without a return type: the first letter of its name stands for the type.
    const from = tokens.from(i);
    st.overlay.replace(from, tokens.to(i), 'T ' + '_'.repeat(name.length - 2));
    st.implicit.add(from);
    st.renamed.set(from + 2, { start: from, end: tokens.to(i) });
    st.guess(i, i, `\`${name}\` has no return type and was taken for a function.`);
    named(st, i, Frame.File);
    return i;
  }
  let at = i;
  if (macro)
    for (let a = i + 2; a < close; a++)
      if (tokens.code[a] === Word.Plain && (tokens.is(a + 1, P.comma) || a + 1 === close)) {
        at = a;
        break;
      }
  st.headless.set(tokens.from(k), {
    name: tokens.word(at),
    nameSpan: { start: tokens.from(at), end: tokens.to(at) },
    ...(macro ? {} : { params: { start: tokens.to(i + 1), end: tokens.from(close) } }),
    start: tokens.from(i),
    end: tokens.to(close),
  });
  st.guess(i, close, `\`${name}(…)\` was taken for the head of a function.`);
  st.overlay.blank(tokens.from(i), tokens.from(k));
  for (let d = i; d < k; d++) tokens.kind[d] = Kind.Gone;
  return k;
}

export function fileCall(st: State, i: number, close: number): void {
  const { tokens } = st;
  const args: string[] = [];
  let from = tokens.to(i + 1);
  for (let k = i + 2; k <= close; k++) {
    const c = tokens.code[k] ?? 0;
    if (k < close && (c === P.lparen || c === P.lbracket || c === P.lbrace)) k = Math.max(k, tokens.close(k));
    else if (c === P.comma || k === close) {
      args.push(tokens.text.slice(from, tokens.from(k)).trim());
      from = tokens.to(k);
    }
  }
  st.calls.push({ name: tokens.word(i), args, start: tokens.from(i), end: tokens.to(close) });
}

/** Moves a `)` back over a blank before it and puts a semicolon in its place. */
export function closeEarlier(st: State, close: number): boolean {
  const { tokens, overlay } = st;
  const at = tokens.from(close);
  if (overlay.room(at - 1, at) < 0) return false;
  overlay.write(at - 1, ');');
  return true;
}
