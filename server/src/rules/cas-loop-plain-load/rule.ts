/**
 * The value that a compare-exchange expects was read plainly from the same place: the compiler may read it again in between.
 */
import type { Observer } from '../../analysis/events';
import { isVolatileOrigin } from '../../analysis/origins';
import type { Target } from '../../analysis/value';
import type { Model } from '../../model/model';
import type { CallExpr, Expr, FunctionDecl, Span } from '../../syntax/ast';
import { expressions, statements } from '../../syntax/walk';
import type { Step } from '../finding';
import type { Rule, RuleContext } from '../rule';
import { bare, functionRule, type Shape } from '../source/shape';
import { isPlain, short } from '../volatile/shared-memory';
import page from './page.md';

const inOneFunction = functionRule(
  {
    id: 'cas-loop-plain-load',
    title: 'Expected value of a compare-exchange read plainly',
    threats: ['Lockless programming'],
    severity: 'warning',
    precision: 'high',
    cwe: [362],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const c of s.calls) {
      const api = cx.model.api(c.name);
      if (api?.role !== 'interlocked' || api.op !== 'cas') continue;
      const target = c.args[api.args?.['dst'] ?? 0];
      const expected = c.args[api.args?.['comparand'] ?? 2];
      if (!target || !expected) continue;
      const place = placeOf(target, s);
      if (place === undefined) continue;
      for (const load of loadsOf(expected, c.x, s)) {
        // What is declared nowhere in view may well be volatile.
        const ty = s.typeOf(bare(load));
        if (strip(load, s) !== place || ty === undefined || ty.k === 'unknown' || ty.vol === true) continue;
        if (isFenced(bare(load), s.fn, cx)) continue;
        const x = bare(load);
        tell(
          x,
          `\`${s.text(x)}\` is read plainly as the value that \`${c.name}\` expects: the compiler may read it again, and compare with another value than it computed with.`,
          {
            use: 'read here without a volatile accessor',
            from: [],
          },
        );
        break;
      }
    }
  },
);

export const casLoopPlainLoad: Rule = { ...inOneFunction, observe: snapshots };

const EXCHANGED = 'changed-by-compare-exchange';
const SNAPSHOTS = 'taken-as-snapshot';
const LOCKS = 'takes-a-lock';
/** Nobody else is there yet, or any more. */
const ALONE =
  /(create|init|start|alloc|open|attach|setup|close|cleanup|destroy|delete|free|stop|detach|unload|entry|reset|prepare|add_?device)/i;

/** A snapshot that several decisions share is taken plainly from a place that a compare-exchange changes in another function. */
function snapshots(cx: RuleContext): Observer {
  const here = `${cx.file}:${cx.fn.name}`;
  return {
    call(e) {
      if (e.api?.role === 'lock-acquire' || /acquire\w*lock|lock\w*acquire/i.test(e.name)) cx.note(LOCKS, here);
    },
    access(e, v) {
      if (e.api?.role === 'interlocked') {
        if (e.api.op === 'cas') for (const t of e.targets) if (isField(t)) cx.note(EXCHANGED, v.describe(t), cx.fn.name);
        return;
      }
      if (e.kind !== 'read' || !isPlain(e) || e.whole || e.ty.k !== 'int' || ALONE.test(cx.fn.name)) return;
      const t = e.targets.length === 1 ? e.targets[0] : undefined;
      if (!t || !isField(t) || !isSharedSnapshot(e.place, cx) || isFenced(e.place, cx.fn, cx)) return;
      const field = v.describe(t);
      const text = short(cx.text(e.place));
      const own = siteName(e.place, cx);
      const path = [
        cx.step(e.place, 'use', 'read here without a volatile accessor'),
        cx.step(e.place, 'guard', 'a read through a volatile accessor would take the snapshot once'),
      ];
      cx.note(SNAPSHOTS, field, own);
      cx.report({
        place: e.place,
        severity: 'warning',
        confidence: 'likely',
        message: `\`${text}\` is read plainly into a snapshot, but other code changes it by compare-exchange: the compiler may read it again, and what is decided on the snapshot need not agree.`,
        path,
        decide: (facts) => {
          if (!facts.has(EXCHANGED, field) || facts.has(LOCKS, here)) return undefined;
          // Of one field, the first place speaks for all.
          const sites = facts.values(SNAPSHOTS, field).map(siteOf);
          const [first, ...others] = sites.filter((x) => !facts.has(LOCKS, x.fn));
          if (first?.name !== own) return undefined;
          return { path: [...path, ...others.map((x) => x.step)] };
        },
      });
    },
  };
}

/** A read by its function and where it stands, in the order of the text. */
function siteName(place: Span, cx: RuleContext): string {
  return [cx.file, String(place.start).padStart(9, '0'), String(place.end), cx.fn.name].join('|');
}

function siteOf(name: string): { readonly name: string; readonly fn: string; readonly step: Step } {
  const [file = '', start, end, fn = ''] = name.split('|');
  const step: Step = { file, start: Number(start), end: Number(end), role: 'related', message: 'read plainly here as well' };
  return { name, fn: `${file}:${fn}`, step };
}

/** A field of an object that lives longer than the function. */
function isField(t: Target): boolean {
  return (
    t.root !== undefined && t.path !== '' && t.base.k !== 'local' && (t.base.k !== 'region' || !isVolatileOrigin(t.base.origin))
  );
}

/** A barrier stands between the read and the first use of the local that takes it: what was read cannot be read again behind it. */
function isFenced(place: Span, fn: FunctionDecl, cx: { readonly model: Model }): boolean {
  const name = localsMade(fn).get(spanKey(place));
  if (name === undefined) return false;
  let fence = Infinity;
  let use = Infinity;
  for (const x of expressions(fn.body)) {
    if (x.start <= place.end) continue;
    if (x.kind === 'id' && x.name === name) use = Math.min(use, x.start);
    if (x.kind === 'call' && x.f.kind === 'id' && cx.model.api(x.f.name)?.role === 'fence') fence = Math.min(fence, x.start);
  }
  return fence < use;
}

/** The read makes a local that is looked at more than once. */
function isSharedSnapshot(place: Span, cx: RuleContext): boolean {
  const name = localsMade(cx.fn).get(spanKey(place));
  if (name === undefined) return false;
  let uses = 0;
  for (const x of expressions(cx.fn.body)) if (x.kind === 'id' && x.name === name && x.start > place.end) uses++;
  return uses > 1;
}

const locals = new WeakMap<FunctionDecl, ReadonlyMap<string, string>>();
/** Locals by the place of the expression whose value they take. */
function localsMade(fn: FunctionDecl): ReadonlyMap<string, string> {
  let known = locals.get(fn);
  if (!known) {
    const out = new Map<string, string>();
    const add = (value: Expr, name: string): void => {
      const place = spanKey(bare(value));
      if (!out.has(place)) out.set(place, name);
    };
    for (const s of statements(fn.body)) if (s.kind === 'decl') for (const d of s.vars) if (d.init) add(d.init, d.name);
    for (const x of expressions(fn.body)) if (x.kind === 'asg' && x.op === '' && x.l.kind === 'id') add(x.r, x.l.name);
    locals.set(fn, (known = out));
  }
  return known;
}

function spanKey(s: Span): string {
  return `${String(s.start)}-${String(s.end)}`;
}

/** `&p->f` and `p` as the text of the place that they lead to. */
function placeOf(e: Expr, s: Shape): string | undefined {
  const x = bare(e);
  if (x.kind === 'un' && x.op === '&') return strip(x.x, s);
  return x.kind === 'id' || x.kind === 'fld' ? `*${s.text(x)}` : undefined;
}

function strip(e: Expr, s: Shape): string {
  const x = bare(e);
  if (x.kind === 'un' && x.op === '*') return `*${s.text(bare(x.x))}`;
  return s.text(x).replace(/^\((.*)\)$/, '$1');
}

/** What the expected value may have been loaded by: itself, or what was stored in the local before. */
function loadsOf(expected: Expr, call: CallExpr, s: Shape): Expr[] {
  const x = bare(expected);
  if (x.kind !== 'id') return isLoad(x) ? [x] : [];
  return s.stores
    .filter((st) => st.op === '' && st.left === x.name && isLoad(bare(st.r)) && st.r !== (call as Expr))
    .map((st) => st.r);
}

function isLoad(x: Expr): boolean {
  return x.kind === 'fld' || x.kind === 'idx' || (x.kind === 'un' && x.op === '*') || x.kind === 'id';
}
