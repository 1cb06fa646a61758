/** Which text a name or argument stands for: literals, initialised strings, `RtlInitUnicodeString` and its kin. By declarations alone. */
import type { Expr } from '../../syntax/ast';
import { PRELUDE, type Program } from '../../program/program';
import { bare, literal, type Outline } from './outline';

export type Text = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'parameter'; readonly index: number };

const INITIALISERS = /^(Rtl|Ndis)Init\w*String\w*$|^RtlUnicodeStringInit\w*$|^RtlCreateUnicodeString$/;

/** @param before only calls that stand before this offset fill in a string */
export function textOf(e: Expr, o: Outline, program: Program, before = Infinity, depth = 0): Text | undefined {
  const direct = literal(e);
  if (direct !== undefined) return { kind: 'text', text: plain(direct) };
  const x = bare(e);
  if (depth > 4) return undefined;
  if (x.kind !== 'id') {
    const inside = x.kind === 'fld' || x.kind === 'idx' ? x.x : undefined;
    const written = [...o.stores].reverse().find((s) => s.left === o.text(x) && s.r.start < before);
    if (written) return textOf(written.r, o, program, before, depth + 1);
    return inside ? textOf(inside, o, program, before, depth + 1) : undefined;
  }
  let filled: Expr | undefined;
  for (const c of o.calls) {
    const [target, source] = c.x.args;
    if (!INITIALISERS.test(c.name) || !target || !source || c.x.start >= before) continue;
    const t = bare(target);
    if (t.kind === 'id' && t.name === x.name) filled = source;
  }
  if (filled) return textOf(filled, o, program, before, depth + 1);
  const index = o.fn.params.findIndex((p) => p.name === x.name);
  if (index >= 0) return { kind: 'parameter', index };
  const local = o.locals.get(x.name)?.init;
  if (local) return textOf(local, o, program, before, depth + 1);
  const text = named(x.name, o, program);
  return text === undefined ? undefined : { kind: 'text', text };
}

function named(name: string, o: Outline, program: Program): string | undefined {
  const macro = program.macro(name, o.file);
  const body = macro && program.snippet(macro.decl)?.expr;
  const value = body && literal(body);
  if (value !== undefined) return plain(value);
  const global = program.global(name, o.file);
  const init = global?.decl.init && literal(global.decl.init);
  if (init !== undefined) return plain(init);
  // `DECLARE_CONST_UNICODE_STRING(Name, L"…")` declares without looking like it.
  for (const file of [o.file, ...program.includes.closure(o.file)]) {
    if (file === PRELUDE) continue;
    const m = new RegExp(`\\b\\w+_STRING\\w*\\s*\\(\\s*${name}\\s*,\\s*(?:L?"([^"\\n]*)"|(\\w+)\\s*\\))`).exec(
      program.files.get(file)?.text ?? '',
    );
    if (m?.[1] !== undefined) return plain(m[1]);
    if (m?.[2] !== undefined && m[2] !== name) return named(m[2], o, program);
  }
  return undefined;
}

function plain(s: string): string {
  return s.replace(/\\\\/g, '\\');
}
