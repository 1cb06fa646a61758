/**
 * The two rules that `report` itself speaks for: misuse of suppression comments. Metadata and pages, so that every face can
 * list and explain them like any other rule.
 */
import type { RuleMeta } from '../rules/finding';

export const WITHOUT_REASON = 'suppression-without-reason';
export const UNUSED = 'suppression-unused';

export const builtinRules: readonly RuleMeta[] = [
  {
    id: UNUSED,
    title: 'Suppression comment that silences nothing',
    threats: [],
    severity: 'info',
    precision: 'high',
    cwe: [],
    profile: 'default',
  },
  {
    id: WITHOUT_REASON,
    title: 'Suppression comment without a reason',
    threats: [],
    severity: 'warning',
    precision: 'high',
    cwe: [],
    profile: 'default',
  },
];

/** Findings of these rules mark text that has no effect: faded in an editor, tagged in SARIF. */
export const unnecessaryRules: ReadonlySet<string> = new Set([UNUSED]);

/** Not to be silenced: they are about silencing. */
export function isBuiltin(rule: string): boolean {
  return rule === UNUSED || rule === WITHOUT_REASON;
}

const forms = `
\`\`\`c
// fencepost-ignore-next-line rule-id[, rule-id] -- why this is right
Value = Table->Entry[0];
Value = Table->Entry[0]; // fencepost-ignore-line rule-id -- why this is right
/* fencepost-ignore-file rule-id -- why this is right */
\`\`\`
`;

export const builtinPages: Readonly<Record<string, string>> = {
  [UNUSED]: `# suppression-unused

A comment asks to silence a rule at a place where that rule reports nothing, names a rule that does not exist, or is not written in a
form that is known. Such a comment is taken for protection and is none; and after the code was mended it would hide the next defect.
Remove it, or correct the name of the rule.

The forms are:
${forms}
`,
  [WITHOUT_REASON]: `# suppression-without-reason

A comment asks to silence a rule and does not say why. It silences nothing until it gives a reason behind \`--\`: the next reader
has to know why the code is right.

The forms are:
${forms}
`,
};
