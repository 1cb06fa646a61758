/**
 * Words of a declaration: which of them names the type, which the thing declared, and which are attributes.
 */
import { Frame, isUpper, type Spec, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

export function rank(st: State, j: number): number {
  return st.namesType(j) ? 50 : 1;
}

/** Name of a tag: words between `struct` and the name are attributes. Returns the last token of the tag. */
export function tag(st: State, j: number): number {
  const { tokens } = st;
  let k = j + 1;
  while (k < tokens.n && tokens.kind[k] === Kind.Gone) k++;
  let last = -1;
  const from = k;
  while (k < tokens.n && tokens.code[k] === Word.Plain) {
    if (tokens.is(k + 1, P.lparen)) {
      const close = last < 0 ? tokens.close(k + 1) : -1;
      if (close > 0 && (tokens.code[close + 1] === Word.Plain || tokens.is(close + 1, P.lbrace))) {
        st.drop(k, close, 'attribute');
        k = close + 1;
        continue;
      }
      break;
    }
    last = k;
    k++;
  }
  if (last < 0) return j;
  if (tokens.is(k, P.lbrace) || tokens.is(k, P.colon)) {
    for (let d = from; d < last; d++) if (tokens.kind[d] === Kind.Ident) st.drop(d, d, 'attribute');
    return last;
  }
  let first = from;
  while (tokens.kind[first] === Kind.Gone) first++;
  return first;
}

/** Of several words that could be the type, all but one are attributes. */
export function choose(st: State, specs: readonly Spec[], frame: Frame): void {
  if (specs.length < 2) return;
  let best = 0;
  let bestRank = -1;
  specs.forEach((s, k) => {
    let rank = s.rank;
    if (rank < 50) {
      const name = st.tokens.word(s.from);
      const cls = st.classOf(name);
      if (cls === 'attribute' || cls === 'storage') rank = -10;
      else if (cls === 'type' || st.ask.isType(name)) rank = 45;
      else if (
        /(?:API|CALL|CALLTYPE|INLINE|EXPORT|IMPORT|DECL|_ATTR|LINKAGE|SECTION|CODE|PAGED)$/.test(name) ||
        /^(?:DECLSPEC|EXPORT|IMPORT|API)_/.test(name)
      )
        rank = 0;
      else if (/[a-z]/.test(name)) rank = 3;
    }
    if (rank > bestRank) {
      best = k;
      bestRank = rank;
    }
  });
  specs.forEach((s, k) => {
    if (k !== best) st.drop(s.from, s.to, frame === Frame.Block ? 'statement' : 'attribute');
  });
}

/** After `*`: one word is the name, words before it are attributes. */
export function stars(st: State, j: number, frame: Frame): number {
  const { tokens } = st;
  let k = j;
  const run: number[] = [];
  for (; k < tokens.n; k++) {
    const c = tokens.code[k] ?? 0;
    if (tokens.kind[k] === Kind.Gone || c === P.star || c === Word.Qualifier) continue;
    if (c === Word.Plain) {
      if (
        frame === Frame.File &&
        tokens.is(k + 1, P.lparen) &&
        tokens.close(k + 1) > 0 &&
        tokens.code[tokens.close(k + 1) + 1] === Word.Plain &&
        tokens.is(tokens.close(k + 1) + 2, P.lparen)
      ) {
        st.drop(k, tokens.close(k + 1), 'attribute');
        k = tokens.close(k);
        continue;
      }
      run.push(k);
    } else break;
  }
  const name = run.at(-1);
  if (run.length > 1) for (const r of run.slice(0, -1)) st.drop(r, r, 'attribute');
  if (name === undefined) return j;
  if (st.typedef && !tokens.is(name + 1, P.lparen)) st.addType(name);
  if (tokens.is(name + 1, P.lparen) && (frame !== Frame.Block || st.typedef)) named(st, name, frame);
  return name;
}

/** Behind the `}` of a record: its declarators, among them attribute-like words. */
export function tail(st: State, i: number): void {
  const { tokens } = st;
  const run: number[] = [];
  let k = i;
  for (; k < tokens.n; k++) {
    const c = tokens.code[k] ?? 0;
    if (c === P.star) while (run.length > 0) st.drop(run[run.length - 1] ?? k, run.pop() ?? k, 'attribute');
    if (tokens.kind[k] === Kind.Gone || c === P.star || c === Word.Qualifier) continue;
    if (c !== Word.Plain) break;
    if (tokens.is(k + 1, P.lparen)) {
      const close = tokens.close(k + 1);
      const after = close < 0 ? 0 : st.follow(close);
      if (
        close < 0 ||
        !(after === P.semi || after === P.assign || after === Word.Plain) ||
        (after !== Word.Plain && run.length === 0 && !(after === P.semi && (isUpper(st, k) || tokens.word(k).startsWith('__'))))
      )
        break;
      st.drop(k, close, 'attribute');
      k = close;
      continue;
    }
    run.push(k);
  }
  if (run.length > 1) {
    const name = run.find((r) => st.classOf(tokens.word(r)) !== 'attribute' && /[a-z]/.test(tokens.word(r))) ?? run.at(-1);
    for (const r of run) if (r !== name) st.drop(r, r, 'attribute');
    if (st.typedef && name !== undefined) st.addType(name);
  } else if (st.typedef && run[0] !== undefined) st.addType(run[0]);
}

/** After a comma of a declaration. */
export function declarator(st: State, i: number): void {
  const { tokens } = st;
  let k = i;
  while (k < tokens.n && (tokens.is(k, P.star) || tokens.code[k] === Word.Qualifier || tokens.kind[k] === Kind.Gone)) k++;
  if (tokens.code[k] !== Word.Plain) return;
  if (st.typedef) st.addType(k);
  while (tokens.code[k + 1] === Word.Plain) {
    st.drop(k, k, 'attribute');
    k++;
  }
}

/** A declarator's name that parameters follow; words between them and the body or `;` are attributes. */
export function named(st: State, name: number, frame: Frame): void {
  const { tokens } = st;
  const open = name + 1;
  const close = tokens.close(open);
  if (close < 0) return;
  if (st.typedef) st.addType(name);
  st.params = open;
  if (frame === Frame.Block) return;
  let k = close + 1;
  while (tokens.code[k] === Word.Plain) {
    const end = tokens.is(k + 1, P.lparen) ? tokens.close(k + 1) : k;
    if (end < 0) return;
    if (frame === Frame.File && end === k && ends(st, tokens.word(k))) {
      st.overlay.replace(tokens.from(k), tokens.to(k), ';');
      tokens.kind[k] = Kind.Punct;
      tokens.code[k] = P.semi;
      return;
    }
    const after = tokens.code[end + 1] ?? P.semi;
    if (after === P.semi || after === P.lbrace || after === Word.Plain || after === P.comma) {
      if (after === Word.Plain && frame === Frame.File && oldStyle(st, close)) return;
      st.drop(k, end, 'attribute');
      k = end + 1;
    } else return;
  }
}

/** The macro is the semicolon of a declaration, or a body that says nothing. */
function ends(st: State, name: string): boolean {
  const body = (st.notes.body(name) ?? (st.classOf(name) === 'statement' ? st.ask.macro(name)?.body : undefined))?.trim();
  return body === ';' || (body !== undefined && /^\{[^]*\}$/.test(body));
}

/** `f(a, b) int a; char b; {`: the words after the list are declarations. */
export function oldStyle(st: State, close: number): boolean {
  const { tokens } = st;
  for (let k = close + 1; k < Math.min(tokens.n, close + 200); k++) {
    const c = tokens.code[k] ?? 0;
    if (c === P.lbrace) return tokens.is(k - 1, P.semi);
    if (c === P.lparen || c === P.assign || c === P.rbrace) return false;
  }
  return false;
}

/** A bit-field without a name gets one; where blanks are missing, the end of its type gives way. */
export function unnamedBits(st: State, colon: number): void {
  const { tokens, overlay } = st;
  const type = colon - 1;
  const at = tokens.from(colon) - 1;
  const blanks = at + 1 - tokens.to(type);
  if (blanks < 2 && tokens.to(type) - tokens.from(type) < 3) return;
  let to = at;
  if (blanks > 0) to = Math.max(overlay.room(tokens.to(type) + 1, at + 1), blanks > 1 ? -1 : at);
  if (to < 0) return;
  if (blanks < 2) overlay.blank(tokens.to(type) - (blanks === 0 ? 2 : 1), tokens.to(type));
  overlay.write(to, '_');
  st.renamed.set(to, { start: to, end: to });
}

/** `a : 1, : 2`: a bit-field without a name behind a comma. */
export function unnamedNext(st: State, comma: number): void {
  const { tokens, overlay } = st;
  const at = overlay.room(tokens.to(comma), tokens.from(comma + 1));
  if (at < 0) return;
  overlay.write(at, '_');
  st.renamed.set(at, { start: at, end: at });
}

/** A declaration without a type: one of its qualifiers is spelled `int`, as old compilers read it. */
export function implicitInt(st: State, i: number, name: number): void {
  const { tokens } = st;
  let pick = -1;
  for (let k = i; k < name; k++) {
    if (tokens.kind[k] === Kind.Gone || tokens.code[k] !== Word.Qualifier) continue;
    if (pick < 0 || tokens.word(k) !== 'static') pick = k;
  }
  if (pick < 0) return;
  st.overlay.replace(tokens.from(pick), tokens.to(pick), 'int');
  st.implicit.add(tokens.from(pick));
  st.guess(i, name, `\`${tokens.word(name)}\` has no type and was taken for an int.`);
}
