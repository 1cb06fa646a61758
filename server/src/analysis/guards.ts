/**
 * What is known, in words, where an expression is evaluated: lengths that were checked, probes, the mode, `__try`. For people who ask about a
 * place; rules ask the view.
 */
import type { Step } from '../rules/finding';
import type { Frame } from './frame';
import type { Mark, State } from './state';
import { constOf, type Lin } from './term';
import type { Val } from './value';

/** Something that is known where the expression is evaluated. */
export interface Guard {
  readonly message: string;
  /** It holds in every way in which the place is reached; otherwise in some. */
  readonly always: boolean;
  /** Where it was established. */
  readonly place?: Step;
}

export function guardsAt(v: Val, s: State, f: Frame): ReadonlyMap<string, Guard> {
  const out = new Map<string, Guard>();
  const add = (message: string, mark?: Mark): void => {
    out.set(message, { message, always: true, place: mark && { ...mark.site, role: 'guard', message } });
  };
  if (f.inTry) add('inside `__try`');
  const r = f.request(s);
  if (r.mode === 0) add('the request comes from kernel mode');
  if (r.mode === 1) add('the request comes from user mode');
  if (r.code !== undefined) add(`the control code is 0x${r.code.toString(16).toUpperCase()}`);
  const code = s.must().find((m) => m.tag === 'case');
  if (code?.path) add(`in the case \`${code.path}\``, code);
  length('the input length of the request', f.regions.inLen, s, add);
  length('the output length of the request', f.regions.outLen, s, add);
  for (const t of v.pts) {
    const probe = s.hasMust('probed', t.base);
    if (probe) {
      const bytes = probe.num && constOf(probe.num);
      add(
        `probed${probe.data === undefined ? '' : ` for ${probe.data}`}${bytes === undefined ? '' : `, ${String(bytes)} bytes`}`,
        probe,
      );
    }
    if (s.hasMust('locked', t.base)) add('its pages are locked', s.hasMust('locked', t.base));
    if (s.hasMust('fresh', t.base)) add('allocated here: nobody else can reach it yet', s.hasMust('fresh', t.base));
  }
  if (v.pts.length > 0 && s.isNonZero(v.t)) add('not NULL');
  if (v.taint.length > 0) number(v, s, add);
  return out;
}

function length(name: string, t: Lin, s: State, add: (message: string) => void): void {
  const r = s.bounds.range(t);
  if (r.lo > 0 && r.lo === r.hi) add(`${name} is ${String(r.lo)} bytes`);
  else if (r.lo > 0) add(`${name} is at least ${String(r.lo)} bytes`);
  else if (s.wasCompared(t)) add(`${name} was checked, against an amount that is not known`);
}

function number(v: Val, s: State, add: (message: string) => void): void {
  if (constOf(v.t) !== undefined) return;
  const r = s.bounds.range(v.t);
  const widest = v.ty?.k === 'int' ? 2 ** (8 * v.ty.size - (v.ty.signed ? 1 : 0)) - 1 : Infinity;
  if (r.hi < widest) add(`the value is at most ${String(r.hi)}`);
  else if (s.wasCompared(v.t)) add('the value was compared with something on the way here');
}
