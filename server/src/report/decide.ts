/**
 * From what rules said about functions in their contexts to findings: decisions that need the whole driver, one finding per rule and
 * place, and offsets as they are in the text now.
 */
import type { SurfaceRecord } from '../analysis/surface/record';
import type { Declared, Program } from '../program/program';
import type { Finding, Fix, Place, Step } from '../rules/finding';
import type { Draft, DriverFacts, Rule } from '../rules/rule';
import type { FunctionDecl } from '../syntax/ast';

/** What rules said about one function in one context. */
export interface ContextRecord {
  readonly drafts: { readonly rule: Rule; readonly draft: Draft; readonly fn: Declared<FunctionDecl> }[];
  readonly notes: [string, string, string][];
  readonly surface: SurfaceRecord;
}

export interface Drafted {
  readonly rule: Rule;
  readonly draft: Draft;
  readonly file: string;
  readonly fn: string | undefined;
  /** Its offsets are those of the text as it is; otherwise those under which the function was analysed. */
  readonly raw: boolean;
}

/** Facts that functions noted, summed up. */
export class Notes implements DriverFacts {
  /** How often each value was noted, by tag and key. */
  private readonly all = new Map<string, Map<string, Map<string, number>>>();
  /** @param parent facts that count too */
  constructor(private readonly parent?: Notes) {}

  add(tag: string, key: string, value: string): void {
    let byKey = this.all.get(tag);
    if (!byKey) this.all.set(tag, (byKey = new Map()));
    let values = byKey.get(key);
    if (!values) byKey.set(key, (values = new Map()));
    values.set(value, (values.get(value) ?? 0) + 1);
  }
  /** Takes back what was added once. */
  remove(tag: string, key: string, value: string): void {
    const byKey = this.all.get(tag);
    const values = byKey?.get(key);
    const times = values?.get(value);
    if (!byKey || !values || times === undefined) return;
    if (times > 1) values.set(value, times - 1);
    else if (values.size > 1) values.delete(value);
    else if (byKey.size > 1) byKey.delete(key);
    else this.all.delete(tag);
  }
  has(tag: string, key: string): boolean {
    return (this.all.get(tag)?.has(key) ?? false) || (this.parent?.has(tag, key) ?? false);
  }
  values(tag: string, key: string): readonly string[] {
    const own = this.all.get(tag)?.get(key)?.keys() ?? [];
    return this.parent ? [...new Set([...own, ...this.parent.values(tag, key)])].sort() : [...own].sort();
  }
  count(tag: string): number {
    return this.parent ? this.keys(tag).length : (this.all.get(tag)?.size ?? 0);
  }
  keys(tag: string): readonly string[] {
    const own = this.all.get(tag)?.keys() ?? [];
    return this.parent ? [...new Set([...own, ...this.parent.keys(tag)])].sort() : [...own].sort();
  }
}

export function dedupe(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  return steps.filter((s) => {
    const key = `${s.file}:${String(s.start)}:${s.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const ORDER = { error: 0, warning: 1, info: 2, hint: 3 } as const;

/** One finding per rule and place: the most severe, and of equals the one with the longest path. */
export function decide(drafts: readonly Drafted[], facts: DriverFacts, program: Program): Finding[] {
  const best = new Map<string, Finding>();
  for (const { rule, draft, file, fn, raw } of drafts) {
    const decided = draft.decide ? draft.decide(facts) : {};
    if (!decided) continue;
    const place = raw ? draft.place : moved(program, { file, start: draft.place.start, end: draft.place.end });
    const f: Finding = {
      rule: rule.meta.id,
      file,
      start: place.start,
      end: place.end,
      severity: decided.severity ?? draft.severity,
      message: decided.message ?? draft.message,
      functionName: fn,
      // Steps that were heard before and after an edit are one when they say the same of the same place.
      path: raw ? (decided.path ?? draft.path) : dedupe((decided.path ?? draft.path).map((s) => moved(program, s))),
      fixes: raw ? (decided.fixes ?? draft.fixes ?? []) : movedFixes(program, decided.fixes ?? draft.fixes ?? []),
      confidence: draft.confidence ?? 'certain',
    };
    keepBetter(best, f);
  }
  return [...best.values()];
}

/** The findings of several drivers: what they say of a file that they share is said once. */
export function mergeFindings(lists: readonly (readonly Finding[])[]): Finding[] {
  const best = new Map<string, Finding>();
  for (const list of lists) for (const f of list) keepBetter(best, f);
  return [...best.values()];
}

function keepBetter(best: Map<string, Finding>, f: Finding): void {
  const key = `${f.rule}|${f.file}|${String(f.start)}|${String(f.end)}`;
  const old = best.get(key);
  if (!old || better(f, old)) best.set(key, f);
}

/** A place in the text as it is now. */
function moved<T extends Place>(program: Program, p: T): T {
  const start = program.currentOffset(p.file, p.start);
  const end = program.currentOffset(p.file, p.end, true);
  return start === p.start && end === p.end ? p : { ...p, start, end };
}

/** What would change a function that is half-typed is not offered. */
function movedFixes(program: Program, fixes: readonly Fix[]): readonly Fix[] {
  if (fixes.length === 0 || fixes.some((x) => x.edits.some((e) => program.isHalfTyped(e.file, e.start)))) return [];
  return fixes.map((x) => ({ ...x, edits: x.edits.map((e) => moved(program, e)) }));
}

/** A total order, so that it does not matter which context of a function spoke first. */
function better(a: Finding, b: Finding): boolean {
  if (a.severity !== b.severity) return ORDER[a.severity] < ORDER[b.severity];
  if (a.path.length !== b.path.length) return a.path.length > b.path.length;
  if (a.message !== b.message) return a.message < b.message;
  return pathText(a) < pathText(b);
}

function pathText(f: Finding): string {
  return (
    f.path.map((s) => `${s.file}:${String(s.start).padStart(8, '0')}:${s.message}`).join('\n') +
    JSON.stringify(f.fixes) +
    f.confidence
  );
}
