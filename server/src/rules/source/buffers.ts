/** Parameters that an annotation ties to a length, and whether callers test that length. */
import type { Span } from '../../syntax/ast';
import { usesOf } from '../../program/handed';
import { bare, mentions, shapeOf, sourceOf, type Shape } from './shape';

export interface AnnotatedBuffer {
  readonly name: string;
  /** The parameter and locals that are plain copies of it. */
  readonly names: readonly string[];
  /** The parameter that holds its length in bytes. */
  readonly length: string;
  readonly lengthIndex: number;
  readonly place: Span;
}

const SIZED = /^_(In|Inout)_(reads|updates)_(bytes_)?(opt_)?$/;

export function annotatedBuffers(s: Shape): AnnotatedBuffer[] {
  const params = s.fn.params;
  const declared = s.cx.program.prototypesNamed(s.name).map((p) => p.decl.params);
  const out: AnnotatedBuffer[] = [];
  params.forEach((p, i) => {
    const annotations = [...p.annotations, ...declared.flatMap((d) => d[i]?.annotations ?? [])];
    const sized = annotations.find((a) => SIZED.test(a.name) && /^\w+$/.test(a.args[0] ?? ''));
    const length = sized?.args[0];
    const lengthIndex = params.findIndex((q) => length !== undefined && q.name === length);
    if (length === undefined || lengthIndex < 0 || p.name === '') return;
    const copies = s.stores.filter((x) => {
      const r = bare(x.r);
      return x.op === '' && r.kind === 'id' && r.name === p.name;
    });
    out.push({ name: p.name, names: [p.name, ...copies.map((x) => x.left)], length, lengthIndex, place: p });
  });
  return out;
}

/**
 * The function is of a class that the driver declares itself, and nothing calls it by its name: what its kind is handed is agreed with the
 * part of the driver that calls such functions, which is not in view here.
 */
export function isOfOwnClass(s: Shape): boolean {
  const { program, model, file } = s.cx;
  const name = s.fn.annotations.find((a) => a.name === '_Function_class_')?.args[0];
  const type = name === undefined ? undefined : program.typedef(name, file);
  if (!type || !program.files.has(type.file)) return false;
  program.dependsOnBodies();
  for (const facts of program.files.values()) if (usesOf(facts, model).called.has(s.name)) return false;
  return true;
}

/** Every call of the function that is known passes a length that its caller tested, or a constant. */
export function callersTest(s: Shape, index: number): boolean {
  let calls = 0;
  const { program, model } = s.cx;
  program.dependsOnBodies();
  for (const [file, facts] of program.files) {
    if (!usesOf(facts, model).called.has(s.name)) continue;
    for (const fn of facts.functions) {
      if (!fn.body || fn.name === s.name || !program.slice(file, fn).includes(s.name)) continue;
      const caller = shapeOf(fn, sourceOf(file, s.cx));
      for (const c of caller.calls) {
        if (c.name !== s.name) continue;
        calls++;
        const arg = c.args[index];
        if (!arg) return false;
        if (caller.constant(arg) !== undefined || bare(arg).kind === 'sizeof') continue;
        const text = caller.text(bare(arg));
        if (!caller.testsBefore(c.x.start).some((t) => mentions(t, text) && atLeast(t, text))) return false;
      }
    }
  }
  return calls > 0;
}

/** A test that keeps the length from being too small: `length < n`, `length >= n`, and the same turned round. */
function atLeast(test: string, length: string): boolean {
  const at = length.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${at}\\)?\\s*(?:<(?!=)|>=|==)(?!\\s*0\\b)|(?:>(?!=)|<=|==)\\s*\\(?${at}(?!\\w)`).test(test);
}
