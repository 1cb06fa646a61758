/**
 * A counter that several processors count up or down by plain arithmetic: what two of them count at once is counted once.
 */
import type { Expr, MacroDecl } from '../../syntax/ast';
import { PRELUDE, type Program } from '../../program/program';
import type { RuleMeta } from '../finding';
import type { DriverFacts, Rule } from '../rule';
import { callbacksOf } from '../source/callbacks';
import { heldLocks } from '../source/locks';
import { bare, calledName, functionRule, sourceCall, type Shape, type Tell } from '../source/shape';
import page from './page.md';

/** By counter and direction: who counts it atomically. */
const ATOMIC = 'counter-atomic';
const UP = 'up';
const DOWN = 'down';
/** Functions that somebody calls with a lock held. */
const UNDER = 'called-under-lock';
/** By macro: which counters it counts, and where. */
const COUNTS = 'counted-through';
/** Counts of references have a rule of their own. */
const REFERENCES = /(ref(erence)?_?(count|cnt|s)?|refcnt|use_?count)$/i;
/** Helpers and macros that take a lock, and what only sounds so. */
const TAKES = /lock|acquire|enter/i;
const TAKES_NO_LOCK = /unlock|release|leave|^Interlocked|Mdl|Pages|Lookaside|block/i;
/** Nobody else runs yet, or any more. */
const ALONE =
  /(^|_)(driver_?entry|init|main|unload|setup)|DriverEntry|AddDevice|Init(ialize)?(?![a-z])|Create|Unload|Cleanup|Destroy|Attach|Detach|Reset|Locked|UnderLock/i;
/** The system calls these on several processors at once. */
const ROLES = /^(dispatch|fast-ioctl|fast-read|fast-write|wfp-classify|flt-pre|flt-post)$/;
const MEMBERS =
  /^(MajorFunction|(Send|Receive|Return)NetBufferLists?(Complete)?(Handler)?|ReceiveNetBufferListsHandler|PreOperation|PostOperation|classifyFn)$/;

const META: RuleMeta = {
  id: 'stat-counter-plain',
  title: 'Counter that several processors count plainly',
  threats: ['Lockless programming'],
  severity: 'warning',
  precision: 'medium',
  cwe: [362],
  profile: 'audit',
};

const inFunctions = functionRule(META, page, (s, tell, cx) => {
  for (const c of s.calls) {
    const api = cx.model.api(c.name);
    if (api?.role !== 'interlocked' || !/^(inc|dec|add|sub)$/.test(api.op ?? '')) continue;
    const target = c.args[0] && bare(c.args[0]);
    const key = target?.kind === 'un' && target.op === '&' ? keyOf(bare(target.x), s) : undefined;
    if (key !== undefined) cx.note(ATOMIC, `${key} ${api.op === 'inc' || api.op === 'add' ? UP : DOWN}`, c.name);
  }
  const { calls, locked } = heldLocks(s);
  const under = new Set(calls.flatMap(({ call, held }) => (held.length > 0 ? [call.name] : [])));
  for (const name of under) cx.note(UNDER, name);
  if (ALONE.test(s.name)) return;
  const counters = new Map<string, Expr[]>();
  for (const x of s.exprs) {
    if (x.kind === 'call') noteMacro(s, x, under, cx.note.bind(cx));
    const counted = countedBy(x);
    const key = counted && !locked.has(x) && !isGuarded(s, x) ? counterOf(s, counted) : undefined;
    if (key !== undefined) counters.set(key, [...(counters.get(key) ?? []), x]);
  }
  if (counters.size > 0) plain(s, counters, tell);
});

export const statCounterPlain: Rule = {
  ...inFunctions,
  file(cx) {
    for (const macro of cx.facts?.macros ?? []) {
      if (!countsMember(macro, cx.program)) continue;
      const place = { start: macro.bodyStart, end: macro.bodyStart + macro.body.trimEnd().length };
      cx.report({
        place,
        severity: 'info',
        confidence: 'likely',
        message: `\`${macro.name}\` counts by plain arithmetic.`,
        path: [{ ...place, file: cx.file, role: 'use', message: 'counted plainly here' }],
        decide(facts) {
          const shared = countedTwice(facts, macro.name);
          return shared === undefined
            ? undefined
            : {
                message: `\`${macro.name}\` counts by plain arithmetic, and no lock guards it: ${String(shared.functions)} functions count \`${shared.counter}\` through it, and whoever reads it meanwhile may see a number that never was.`,
              };
        },
      });
    }
  },
};

/** Who counts so does it for all counters of the function: it is told where that begins. */
function plain(s: Shape, counters: ReadonlyMap<string, readonly Expr[]>, tell: Tell): void {
  const isShared = callbacksOf(s.cx).isRole(s.name, ROLES, MEMBERS);
  let first = true;
  for (const [key, [x]] of counters) {
    if (!x) continue;
    const text = s.text(countedBy(x) ?? x);
    // What is counted up plainly and down atomically was counted up before others had it.
    const isUp = (x.kind === 'upd' && x.op === '++') || (x.kind === 'asg' && x.op === '+');
    const isFirst = first;
    first = false;
    tell(
      x,
      `\`${text}\` is counted plainly, but \`${s.name}\` runs on several processors at once: what two count together is counted once.`,
      {
        severity: 'info',
        use: 'counted plainly here',
        decide(facts: DriverFacts) {
          if (facts.has(UNDER, s.name)) return undefined;
          const by =
            x.kind !== 'upd'
              ? undefined
              : [...facts.values(ATOMIC, `${key} ${UP}`), ...(isUp ? [] : facts.values(ATOMIC, `${key} ${DOWN}`))][0];
          if (by !== undefined)
            return {
              severity: 'warning',
              message: `\`${text}\` is counted plainly, but \`${by}\` counts it elsewhere: what both count at once is counted once.`,
            };
          return isShared && isFirst ? {} : undefined;
        },
      },
    );
  }
}

/** A counter that others may count, by its name. */
function counterOf(s: Shape, counted: Expr): string | undefined {
  const key = keyOf(counted, s);
  const ty = s.typeOf(counted);
  return key === undefined || ty?.k !== 'int' || ty.size < 4 || REFERENCES.test(key) || isOwn(s, counted) ? undefined : key;
}

/** Behind a call that takes a lock by its name, or where an interlocked operation has let one pass: it rather misses than cries wolf. */
function isGuarded(s: Shape, x: Expr): boolean {
  return s.calls.some((c) => c.x.start < x.start && TAKES.test(c.name) && !TAKES_NO_LOCK.test(c.name)) || isInsideTest(s, x);
}

/** `x++`, `x += n`: what is counted. */
function countedBy(x: Expr): Expr | undefined {
  if (x.kind === 'upd') return bare(x.x);
  return x.kind === 'asg' && (x.op === '+' || x.op === '-') ? bare(x.l) : undefined;
}

/** `TYPE.member` of a structure of the driver, or a global variable. */
function keyOf(x: Expr, s: Shape): string | undefined {
  if (x.kind === 'id') {
    if (s.locals.has(x.name) || s.paramType(x.name)) return undefined;
    return s.cx.program.global(x.name, s.cx.file) ? x.name : undefined;
  }
  if (x.kind !== 'fld') return undefined;
  const rec = s.recordOf(x.x);
  return rec?.name && rec.file !== PRELUDE ? `${rec.name}.${x.name}` : undefined;
}

/** It lies in a variable of the function, or in what the function has just made. */
function isOwn(s: Shape, counted: Expr): boolean {
  let x = counted;
  let through = false;
  while (x.kind === 'fld' || x.kind === 'idx' || (x.kind === 'un' && x.op === '*')) {
    through ||= x.kind !== 'fld' || x.arrow;
    x = bare(x.x);
  }
  if (x.kind !== 'id' || !s.locals.has(x.name)) return false;
  const { name } = x;
  if (!through) return s.locals.get(name)?.storage !== 'static';
  return s.stores.some((t) => {
    if (t.left !== name) return false;
    const from = bare(t.r);
    if (isOfRequest(from)) return true;
    // `&Local`, or what a call allocates.
    if (from.kind === 'un' && from.op === '&') return isOfLocal(s, bare(from.x));
    const call = sourceCall(t.r);
    return call !== undefined && /Alloc/i.test(calledName(call) ?? '');
  });
}

/** A local variable, or a part of one. */
function isOfLocal(s: Shape, place: Expr): boolean {
  let x = place;
  while ((x.kind === 'fld' && !x.arrow) || x.kind === 'idx') x = bare(x.x);
  return x.kind === 'id' && s.locals.has(x.name);
}

/** What one request carries belongs to whoever handles it. */
function isOfRequest(x: Expr): boolean {
  for (let e = x; e.kind === 'fld'; e = bare(e.x)) if (/^(AssociatedIrp|MdlAddress|UserBuffer|Tail)$/.test(e.name)) return true;
  return false;
}

/** One of several that asked first whether it may. */
function isInsideTest(s: Shape, x: Expr): boolean {
  for (const p of s.around(x)) if (p.kind === 'if' && /Interlocked|Try/.test(s.text(p.c))) return true;
  return false;
}

/** A macro that counts a member which whoever uses it names: `#define COUNT(s, f) ((s)->f++)`. */
function countsMember(macro: MacroDecl, program: Program): boolean {
  if (!macro.params || macro.params.length < 2 || !/\+\+|\+=/.test(macro.body)) return false;
  const body = program.snippet(macro)?.expr;
  const counted = body && countedBy(bare(body));
  if (counted?.kind !== 'fld' || !macro.params.includes(counted.name)) return false;
  const from = bare(counted.x);
  return from.kind === 'id' && macro.params.includes(from.name);
}

function noteMacro(
  s: Shape,
  x: Expr & { kind: 'call' },
  under: ReadonlySet<string>,
  note: (tag: string, key: string, value: string) => void,
): void {
  const name = calledName(x);
  if (name === undefined || !/^[A-Z\d_]+$/.test(name) || under.has(name)) return;
  const macro = s.cx.program.macro(name, s.cx.file)?.decl;
  if (!macro || !countsMember(macro, s.cx.program)) return;
  const member = x.args.map((a) => s.text(a)).find((t, i) => i > 0 && /^\w+$/.test(t));
  if (member !== undefined) note(COUNTS, name, `${member} ${s.name}`);
}

/** A counter that two functions count, neither of which somebody calls with a lock held. */
function countedTwice(facts: DriverFacts, macro: string): { readonly counter: string; readonly functions: number } | undefined {
  const by = new Map<string, Set<string>>();
  for (const value of facts.values(COUNTS, macro)) {
    const [counter = '', fn = ''] = value.split(' ');
    if (facts.has(UNDER, fn)) continue;
    by.set(counter, (by.get(counter) ?? new Set()).add(fn));
  }
  const [first] = [...by].filter(([, fns]) => fns.size > 1).sort(([a], [b]) => (a < b ? -1 : 1));
  return first && { counter: first[0], functions: first[1].size };
}
