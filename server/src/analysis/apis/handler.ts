/**
 * What handlers of calls share: the outcomes of a call that may fail, and what a call allocates or points to.
 */
import type { Ty } from '../../program/types';
import type { ApiFact } from '../../model/model';
import type { Outcome } from '../calls';
import { plain, siteOf } from '../made-values';
import type { Call } from '../events';
import type { Frame } from '../frame';
import type { State } from '../state';
import { constant, lin, type Lin } from '../term';
import type { AllocBase, Target, Val } from '../value';

export const INT: Ty = { k: 'int', size: 4, signed: true, name: 'int' };
export const VOID_PTR: Ty = { k: 'ptr', ref: { kind: 'name', name: 'void' }, file: '' };

export type Handler = (api: ApiFact, c: Call, s: State, f: Frame) => Outcome[] | undefined;

export function one(s: State, v: Val): Outcome[] {
  return [{ s, v }];
}

/** Two outcomes of a call that returns a status. */
export function succeedOrFail(c: Call, s: State, f: Frame, success: (s: State) => void): Outcome[] {
  const failed = s.clone();
  success(s);
  const bad = lin(f.atoms.atom(`fail:${f.at(c.place)}`, { lo: -(2 ** 31), hi: -1 }));
  return [
    { s, v: plain(constant(0), INT) },
    { s: failed, v: plain(bad, INT) },
  ];
}

/** Stores through a pointer argument. */
export function put(pointer: Val | undefined, v: Val, c: Call, s: State, f: Frame): void {
  if (!pointer) return;
  f.memory.store(s, f.memory.targetsOf(pointer), v, siteOf(f, c.place));
}

export function pointerTo(t: Target, f: Frame, c: Call, more?: Partial<Val>): Val {
  return {
    t: lin(f.atoms.atom(`map:${f.at(c.place)}:${t.base.key}`, { lo: 0 })),
    pts: [t],
    taint: [],
    ty: VOID_PTR,
    ...more,
  };
}

export function alloc(c: Call, f: Frame, what: AllocBase['what'], size: Lin | undefined, zeroed: boolean): AllocBase {
  return f.allocBase(`A:${f.at(c.place)}`, c.name, siteOf(f, c.place), what, size, zeroed);
}

export function zeroes(api: ApiFact, c: Call, f: Frame): boolean {
  if (api.zeroes === true) return true;
  if (typeof api.zeroes !== 'string') return false;
  const flag = api.zeroes.replace(/^unless /, '');
  const flags = c.argExprs.map((a) => f.text(a)).join(' ');
  return !flags.includes(flag);
}
