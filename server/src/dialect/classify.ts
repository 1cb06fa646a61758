/**
 * What a macro is, from its replacement text: the question that decides how a use of it is made digestible.
 * Owns the classes; sees only the text of definitions.
 */
import type { MacroDecl } from '../syntax/ast';
import { isAttributeWord, isTypeWord } from './names';

/**
 * attribute: expands to nothing, annotations, `__declspec`, a calling convention, storage words.
 * statement: whole statements that need no semicolon; call: an expression, or statements that want the semicolon of the use.
 * open, close: braces left open or closed; header, test, switch: the head of a loop, an `if`, a `switch`, whose statement follows; declare: file-scope declarations;
 * case: a `case` label without its colon; define: the head of a function definition; type: names a type; cast-like and constant expressions are `expr`.
 */
export type MacroClass =
  | 'attribute'
  | 'storage'
  | 'type'
  | 'expr'
  | 'statement'
  | 'header'
  | 'test'
  | 'switch'
  | 'open'
  | 'close'
  | 'declare'
  | 'define'
  | 'try'
  | 'except'
  | 'finally'
  | 'leave'
  | 'case';

const WORD = /[A-Za-z_$][\w$]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\S/g;

/** Classifies a definition; `lookup` finds the macros that its body uses. Never throws. */
export function classify(
  macro: Pick<MacroDecl, 'params' | 'body'>,
  lookup: (name: string) => MacroDecl | undefined,
  depth = 0,
): MacroClass {
  const body = macro.body.trim();
  if (body === '') return 'attribute';
  const words: readonly string[] = body.match(WORD) ?? [];
  const first = words[0] ?? '';
  switch (first) {
    case '__try':
      return words.length <= 2 ? 'try' : 'statement';
    case '__except':
      return 'except';
    case '__finally':
      return 'finally';
    case '__leave':
      return words.length <= 2 ? 'leave' : 'statement';
  }

  if (/^case\b/.test(body)) return body.includes(';') ? 'statement' : 'case';
  const balance = braces(words);
  if (balance > 0) return 'open';
  if (balance < 0) return 'close';
  if (attributes(words, lookup, depth)) return words.some((w) => STORAGE.has(w)) ? 'storage' : 'attribute';
  if (words.length === 1 && depth < 8) {
    const inner = lookup(first);
    if (inner && inner !== macro) return classify(inner, lookup, depth + 1);
  }
  const last = words.at(-1) ?? '';
  if (/^(?:for|while|if|switch)$/.test(first) && last === ')')
    return !wholeParens(words, 1) ? 'statement' : first === 'if' ? 'test' : first === 'switch' ? 'switch' : 'header';
  if (first === 'else' || /^(?:if|for|while|do|switch|goto|return|break|continue)$/.test(first))
    return last === ';' || last === '}' ? 'statement' : 'expr';
  if (macro.params === undefined || words.length > 1) if (typeText(words)) return 'type';
  if (last === ';' || last === '}') return 'statement';
  return 'expr';
}

const STORAGE = new Set(['static', 'extern', 'inline', '__inline', '__forceinline', '_inline']);

function braces(words: readonly string[]): number {
  let deep = 0;
  let low = 0;
  for (const w of words) {
    if (w === '{') deep++;
    else if (w === '}') low = Math.min(low, --deep);
  }
  return deep > 0 ? deep : low;
}

function wholeParens(words: readonly string[], from: number): boolean {
  let deep = 0;
  for (let i = from; i < words.length; i++) {
    if (words[i] === '(') deep++;
    else if (words[i] === ')' && --deep === 0) return i === words.length - 1;
  }
  return false;
}

function attributes(words: readonly string[], lookup: (name: string) => MacroDecl | undefined, depth: number): boolean {
  for (let i = 0; i < words.length; i++) {
    const w = words[i] ?? '';
    if (isAttributeWord(w) || STORAGE.has(w)) {
      // With its argument list.
    } else if (/^[A-Za-z_]/.test(w) && depth < 8) {
      const inner = lookup(w);
      if (!inner || classify(inner, lookup, depth + 1) !== 'attribute') return false;
    } else return false;
    if (w === 'extern' && words[i + 1]?.startsWith('"')) {
      i++;
      continue;
    }
    if (words[i + 1] === '(') {
      let deep = 0;
      for (i++; i < words.length; i++) {
        if (words[i] === '(') deep++;
        else if (words[i] === ')' && --deep === 0) break;
      }
    }
  }
  return true;
}

function typeText(words: readonly string[]): boolean {
  let named = false;
  for (const w of words) {
    if (w === '*') {
      if (!named) return false;
    } else if (isTypeWord(w)) named = true;
    else if (w === 'struct' || w === 'union' || w === 'enum') return words.length <= 4 && !words.includes('{');
    else return false;
  }
  return named;
}
