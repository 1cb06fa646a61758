/**
 * Findings of the default configuration and of the others as one list: a finding that holds everywhere is one finding, one that does not
 * says where it holds. Pure.
 */
import { isJoined } from '../analysis/running';
import type { Program } from '../program/program';
import type { Finding } from '../rules/finding';
import type { Span } from '../syntax/ast';
import { decide, type Drafted, type Notes } from './decide';
import type { Variant } from './variants';

/** What rules say under one configuration. */
export interface VariantFindings {
  readonly variant: Variant;
  readonly findings: readonly Finding[];
  /** Functions that were looked at, or that are not there; as `file:name`. */
  readonly covered: ReadonlySet<string>;
}

type Inactive = (file: string) => readonly Span[];

/** Decides what was drafted under one configuration. The program must know the functions of the configuration. */
export function decideVariant(variant: Variant, facts: Notes, program: Program): VariantFindings {
  const drafts: Drafted[] = [];
  const covered = new Set<string>();
  const files = [...variant.files.values()];
  for (const k of files.flatMap((f) => f.gone)) covered.add(k);
  for (const f of [...files.flatMap((x) => x.functions), ...variant.reached]) {
    if (!f.records) continue;
    covered.add(f.key);
    drafts.push(...f.drafts);
    for (const [id, r] of f.records) {
      for (const [tag, key, value] of r.notes) facts.add(tag, key, value);
      for (const d of isJoined(id) ? [] : r.drafts)
        drafts.push({ rule: d.rule, draft: d.draft, file: d.fn.file, fn: d.fn.decl.name, raw: false });
    }
  }
  return { variant, findings: decide(drafts, facts, program), covered };
}

/**
 * @param judged rules whose silence under another configuration means something: they look at functions
 * @param inactive what the default does not read
 */
export function merge(
  base: readonly Finding[],
  others: readonly VariantFindings[],
  judged: ReadonlySet<string>,
  inactive: Inactive,
): Finding[] {
  if (others.length === 0) return [...base];
  const found = others.map((o) => new Set(o.findings.map(place)));
  const known = new Set(base.map(place));
  const out = base.map((f): Finding => {
    if (f.functionName === undefined || !judged.has(f.rule)) return f;
    const k = `${f.file}:${f.functionName}`;
    const not = others.filter((o, i) => o.covered.has(k) && found[i]?.has(place(f)) !== true);
    return not.length === 0 ? f : { ...f, configuration: not.map((o) => o.variant.flip.off).join(' and ') };
  });
  // Text that a condition governs is not edited: what holds in another configuration alone has no fix.
  const more = new Map<string, { readonly finding: Finding; readonly where: string[] }>();
  for (const o of others) {
    for (const f of o.findings) {
      if (known.has(place(f)) || !concerns(f, o, inactive)) continue;
      const old = more.get(place(f));
      if (old) old.where.push(o.variant.flip.on);
      else more.set(place(f), { finding: f, where: [o.variant.flip.on] });
    }
  }
  for (const { finding, where } of more.values()) out.push({ ...finding, fixes: [], configuration: where.join(' or ') });
  return out;
}

/** Whether a configuration has to do with a finding: it stands in a function that differs, or its path leads through text that is read there alone. */
function concerns(f: Finding, o: VariantFindings, inactive: Inactive): boolean {
  if (o.covered.has(`${f.file}:${f.functionName ?? ''}`)) return true;
  return f.path.some((s) => inactive(s.file).some((d) => d.start <= s.start && s.end <= d.end));
}

function place(f: Finding): string {
  return `${f.rule}|${f.file}|${String(f.start)}|${String(f.end)}`;
}
