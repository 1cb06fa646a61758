/**
 * Bodies of functions that are as they were when the text was read before: lowered when somebody looks at them, which after a keystroke
 * is the case for few. Owns the conditions under which a body is the same.
 */
import type { Blanked } from '../dialect/side';
import type { BlockStmt } from './ast';
import type { Context, Questions } from './context';
import type { Parsed } from './engine';
import { block, blockEnd, statements } from './statements';
import type { Flat } from './flat';

/** What one reading of a text leaves for the next one. */
export interface Reading {
  readonly text: string;
  readonly side: Blanked;
  readonly plain: Context['plain'];
}

/** Answers, for a definition of this reading, what the same one asked before, if its body must read as it did. */
export function knownBodies(
  { flat, taken }: Parsed,
  text: string,
  side: Blanked,
  before: Reading | undefined,
): (definition: number) => Questions | undefined {
  if (!taken || !before || !sameNames(before.side, side)) return () => undefined;
  return (at) => {
    const then = taken.at.get(at);
    const asked = then === undefined ? undefined : before.plain.get(then);
    if (then === undefined || !asked) return undefined;
    return slice(before.text, taken.from, then) === slice(text, flat, at) ? asked : undefined;
  };
}

function slice(text: string, flat: Flat, at: number): string {
  return text.slice(flat.from(at), flat.to(at));
}

/** Whether macros and types of the file, and what others say, are the same: equal text then means the same. */
function sameNames(a: Blanked, b: Blanked): boolean {
  return (
    a.macros.length === b.macros.length &&
    a.types.size === b.types.size &&
    a.packs.length === b.packs.length &&
    a.macros.every((m, i) => {
      const n = b.macros[i];
      return m.name === n?.name && m.body === n.body && m.params?.join() === n.params?.join();
    }) &&
    [...a.types].every((t) => b.types.has(t)) &&
    [...b.consulted].every(([question, is]) => (a.consulted.get(question) ?? is) === is)
  );
}

/** The body of a definition; one that is known is lowered on demand. */
export function bodyOf(cx: Context, definition: number, at: number): BlockStmt {
  const known = cx.known(definition);
  if (known && [...known].every(([name, was]) => cx.isType(name) === was)) {
    cx.plain.set(definition, known);
    return later(cx, at);
  }
  const { made, asked } = cx.observed(() => block(cx, at));
  if (asked) cx.plain.set(definition, asked);
  return made;
}

function later(cx: Context, at: number): BlockStmt {
  const out = { kind: 'block' as const, body: [] as BlockStmt['body'], ...cx.span(at), end: blockEnd(cx, at) };
  Object.defineProperty(out, 'body', {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = statements(cx, at);
      Object.defineProperty(out, 'body', { enumerable: true, value });
      return value;
    },
  });
  return out;
}
