/**
 * One root cause, one diagnostic: of the findings that one missing check explains, one stays, and the others become related places of it.
 * Which one is said by `rules/precedence.ts`. Works on what would be shown, so a rule that is switched off hides nothing.
 */
import { FAMILIES, type Family } from '../rules/precedence';
import type { Finding, Severity, Step } from '../rules/finding';
import { lineOf } from './lines';

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2, hint: 3 };

interface Membership {
  readonly family: Family;
  readonly order: number;
}

const byRule = new Map<string, Membership[]>();
for (const family of FAMILIES)
  family.rules.forEach((rule, order) => byRule.set(rule, [...(byRule.get(rule) ?? []), { family, order }]));

export interface Folded {
  /** The findings that stay, in the order in which they came. */
  readonly kept: readonly Finding[];
  /** What each of them stands for beside itself. */
  readonly under: ReadonlyMap<Finding, readonly Finding[]>;
}

/** @param findings of one file */
export function foldCauses(findings: readonly Finding[], lineStarts: readonly number[]): Folded {
  const rows = new Map<number, Finding[]>();
  for (const f of findings)
    if (byRule.has(f.rule)) {
      const line = lineOf(lineStarts, f.start);
      const row = rows.get(line);
      if (row) row.push(f);
      else rows.set(line, [f]);
    }
  const gone = new Map<Finding, Finding>();
  for (const row of rows.values())
    for (const f of row.sort(inOrder)) {
      const first = row.find((g) => stands(g, f));
      if (first) gone.set(f, first);
    }
  if (gone.size === 0) return { kept: findings, under: new Map() };
  const under = new Map<Finding, Finding[]>();
  for (const f of gone.keys()) {
    let top = f;
    for (let next = gone.get(f); next; next = gone.get(next)) top = next;
    under.set(top, [...(under.get(top) ?? []), f]);
  }
  return { kept: findings.filter((f) => !gone.has(f)), under };
}

/** What one finding says, with what it stands for. */
export function withRelated(f: Finding, others: readonly Finding[]): Finding {
  if (others.length === 0) return f;
  const steps = others.map((o): Step => ({
    file: o.file,
    start: o.start,
    end: o.end,
    role: 'related',
    message: `the same cause (${o.rule}): ${o.message.replace(/\.$/, '')}`,
  }));
  return { ...f, path: [...f.path, ...steps] };
}

/** Whether `g` stays and `f` is a place of it. */
function stands(g: Finding, f: Finding): boolean {
  if (g === f || g.functionName !== f.functionName) return false;
  // What holds in one configuration alone does not speak for the others.
  if (g.configuration !== undefined && g.configuration !== f.configuration) return false;
  const shared = familyOf(g, f);
  if (shared === undefined) return false;
  if (shared.family.notes?.includes(f.rule) === true && RANK[f.severity] < RANK.info) return false;
  return precedes(g, f, shared.lead) && isOnePlace(g, f, shared.family);
}

/** @param lead how much earlier its rule stands in the family */
function precedes(g: Finding, f: Finding, lead: number): boolean {
  return (RANK[f.severity] - RANK[g.severity] || lead || f.start - g.start) > 0;
}

function isOnePlace(g: Finding, f: Finding, { places, numbers = [] }: Family): boolean {
  const ofOneNumber = numbers.includes(g.rule) && numbers.includes(f.rule) && isOfOneNumber(g, f);
  if (g.rule === f.rule) return ofOneNumber;
  if (g.start === f.start && g.end === f.end) return true;
  return places === 'inside' && (ofOneNumber || holds(g, f) || holds(f, g));
}

function holds(a: Finding, b: Finding): boolean {
  return a.start <= b.start && b.end <= a.end;
}

function familyOf(g: Finding, f: Finding): { readonly family: Family; readonly lead: number } | undefined {
  for (const a of byRule.get(g.rule) ?? [])
    for (const b of byRule.get(f.rule) ?? []) if (a.family === b.family) return { family: a.family, lead: b.order - a.order };
  return undefined;
}

function inOrder(a: Finding, b: Finding): number {
  return a.start - b.start || b.end - a.end || (a.rule < b.rule ? -1 : 1);
}

/** What both speak of was read in one place. */
function isOfOneNumber(a: Finding, b: Finding): boolean {
  const x = a.path.find((s) => s.role === 'origin');
  const y = b.path.find((s) => s.role === 'origin');
  return x !== undefined && y !== undefined && x.file === y.file && x.start === y.start && x.end === y.end;
}
