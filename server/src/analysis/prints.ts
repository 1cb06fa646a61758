/** Digests of contexts and of ways out, by all that the other side can tell. */
import { version } from '../program/bodies';
import { Fingerprint } from '../syntax/digest';
import type { Context } from './context';
import type { Exit } from './outcomes';
import type { State } from './state';
import type { Lin } from './term';
import type { Val } from './value';

/** @returns a short name, equal for equal contexts */
export function contextName(args: readonly Val[], s: State, inTry: boolean): string {
  const print = new Fingerprint();
  for (const v of args) tellValue(v, print);
  tellState(s, print);
  return print.number(inTry ? 1 : 0).value.toString(36);
}

function tellValue(v: Val, to: Fingerprint): void {
  tellNumber(v.t, to);
  to.number(v.pts.length);
  for (const p of v.pts) {
    to.text(p.base.key)
      .text(p.root ?? '')
      .text(p.path);
    if (p.off) tellNumber(p.off, to);
    if (p.held) to.number(p.held.input).number(p.held.output);
    for (const y of p.via ?? []) to.text(version(y.start));
    if (p.base.k === 'region') for (const y of p.base.witness) to.text(version(y.start));
  }
  to.number(v.taint.length);
  for (const x of v.taint)
    to.text(x.origin)
      .text(x.loc)
      .text(x.site.id ?? '')
      .text(version(x.site.start));
  if (v.agg) {
    to.text(v.agg.zero === true ? 'zero' : `copy${String(v.agg.behind ?? '')}`);
    for (const p of v.agg.from) to.text(p.base.key).text(p.path);
    for (const x of v.agg.taint) to.text(x.loc);
  }
  for (const f of v.fns ?? []) to.text(f);
  if (v.nullable) to.text('nullable');
}

function tellNumber(l: Lin, to: Fingerprint): void {
  to.number(l.c).number(l.t.length);
  for (const [x, k] of l.t) to.number(x.id).number(k);
}

function tellState(s: State, to: Fingerprint): void {
  to.set(s.cells(), (c) => {
    to.text(c.base.key).text(c.path);
    tellValue(c.val, to);
  });
  to.set(s.bounds.all(), (b) => {
    tellNumber(b.form, to);
    to.number(b.lo).number(b.hi);
  });
  for (const names of s.names()) to.set(names, (k) => to.text(k));
}

/** Names of functions, files, types and fields that a context speaks of. */
export function wordsOf(context: Context): string {
  const parts: string[] = [context.key];
  const tell = (v: Val): void => {
    for (const p of [...v.pts, ...(v.agg?.from ?? [])]) parts.push(p.base.key, p.root ?? '', p.path);
    for (const x of [...v.taint, ...(v.agg?.taint ?? [])]) parts.push(x.loc, x.site.id ?? '');
    parts.push(...(v.fns ?? []));
  };
  context.args.forEach(tell);
  for (const c of context.state.cells()) {
    parts.push(c.base.key, c.path);
    tell(c.val);
  }
  for (const names of context.state.names()) parts.push(...names);
  return parts.join(' ');
}

/** Equal for ways out that a caller cannot tell apart. */
export function exitsDigest(exits: readonly Exit[]): number {
  const print = new Fingerprint();
  for (const x of exits) {
    if (x.ret) tellValue(x.ret, print);
    tellState(x.state, print);
  }
  return print.value;
}
