/**
 * Which finding is silenced by what, and the findings about suppressions that do not hold. It marks and never removes: whether a mark
 * hides is decided by `isHidden`, for every face alike. In a workspace that is not trusted nothing is hidden.
 */
import type { Finding, RuleMeta } from '../rules/finding';
import type { Span } from '../syntax/ast';
import type { ReportedFinding, Suppression } from './workspace';
import type { Directive } from './directives';
import { isBuiltin, UNUSED, WITHOUT_REASON } from './builtin-rules';
import { lineOf } from './lines';

/** True when the user should not see it among the findings. */
export function isHidden(finding: ReportedFinding, trusted: boolean): boolean {
  return trusted && finding.suppression !== undefined;
}

/** Numbers of Microsoft's warnings that a rule answers to. */
export function microsoftNumbers(meta: RuleMeta): string[] {
  return (meta.microsoft ?? []).flatMap((id) => /^C?(\d{4,6})$/.exec(id)?.[1] ?? []);
}

/** What is known about rules when one file's directives are applied. */
export interface RuleKnowledge {
  /** Rules that exist. */
  readonly known: ReadonlySet<string>;
  /** Rules that ran: only for them can a suppression be called unused. */
  readonly ran: ReadonlySet<string>;
  /** Rules by the number of Microsoft's warning. */
  readonly byNumber: ReadonlyMap<string, ReadonlySet<string>>;
}

export function ruleKnowledge(metas: readonly RuleMeta[], ran: (meta: RuleMeta) => boolean): RuleKnowledge {
  const byNumber = new Map<string, Set<string>>();
  for (const meta of metas) {
    for (const number of microsoftNumbers(meta)) {
      const rules = byNumber.get(number) ?? new Set();
      byNumber.set(number, rules.add(meta.id));
    }
  }
  return { known: new Set(metas.map((meta) => meta.id)), ran: new Set(metas.filter(ran).map((meta) => meta.id)), byNumber };
}

export interface FileSilence {
  /** Parallel to the findings that were given. */
  readonly suppressions: readonly (Suppression | undefined)[];
  /** About the directives themselves. */
  readonly extra: readonly Finding[];
}

/** Applies the directives of one file to its findings. */
export function silence(
  file: string,
  findings: readonly Finding[],
  directives: readonly Directive[],
  lineStarts: readonly number[],
  knowledge: RuleKnowledge,
  inactive: readonly Span[] = [],
): FileSilence {
  const used = new Map<Directive, Set<string>>();
  // The narrower one is named as the reason, and counts as used.
  const ordered = [...directives.filter((d) => !d.wholeFile), ...directives.filter((d) => d.wholeFile)].filter(
    (d) => d.defect === undefined,
  );
  const suppressions = findings.map((finding): Suppression | undefined => {
    if (ordered.length === 0 || isBuiltin(finding.rule)) return undefined;
    const line = lineOf(lineStarts, finding.start);
    for (const directive of ordered) {
      if (!directive.wholeFile && directive.line !== line) continue;
      if (!namesRule(directive, finding.rule, knowledge)) continue;
      used.set(directive, (used.get(directive) ?? new Set()).add(finding.rule));
      return { kind: directive.kind, reason: directive.reason, place: { file, start: directive.start, end: directive.end } };
    }
    return undefined;
  });
  const isInactive = (d: Directive) => inactive.some((span) => span.start <= d.start && d.end <= span.end);
  const extra = directives
    .filter((d) => d.kind === 'comment' && !isInactive(d))
    .flatMap((d) => aboutDirective(file, d, used.get(d), knowledge));
  return { suppressions, extra };
}

function namesRule(directive: Directive, rule: string, knowledge: RuleKnowledge): boolean {
  if (directive.kind === 'comment') return directive.rules.includes(rule);
  return directive.numbers.some((number) => knowledge.byNumber.get(number)?.has(rule));
}

function aboutDirective(
  file: string,
  directive: Directive,
  used: ReadonlySet<string> | undefined,
  knowledge: RuleKnowledge,
): Finding[] {
  const say = (rule: string, severity: 'warning' | 'info', message: string): Finding => ({
    rule,
    severity,
    message,
    file,
    start: directive.start,
    end: directive.end,
    path: [],
    fixes: [],
    confidence: 'certain',
  });
  const word = `fencepost-ignore${directive.form === '' ? '' : `-${directive.form}`}`;
  switch (directive.defect) {
    case 'no-form':
      return [
        say(UNUSED, 'info', `\`${word}\` is no suppression: write \`fencepost-ignore-next-line\`, \`-line\` or \`-file\`.`),
      ];
    case 'no-rule':
      return [say(UNUSED, 'info', `\`${word}\` names no rule, so it silences nothing.`)];
    case 'no-reason':
      return [
        say(WITHOUT_REASON, 'warning', `\`${word}\` gives no reason, so it silences nothing: write \`-- why\` behind the rule.`),
      ];
    case undefined:
  }
  return directive.rules.flatMap((rule) => {
    if (used?.has(rule)) return [];
    if (isBuiltin(rule)) return [say(UNUSED, 'info', `\`${rule}\` is about suppressions and cannot be silenced.`)];
    if (!knowledge.known.has(rule)) return [say(UNUSED, 'info', `\`${word}\` names \`${rule}\`, and there is no such rule.`)];
    if (!knowledge.ran.has(rule)) return [];
    const where = directive.wholeFile ? 'in this file' : 'there';
    return [say(UNUSED, 'info', `\`${word}\` silences nothing: \`${rule}\` reports nothing ${where}.`)];
  });
}
