/** `fencepost rules` and `fencepost explain`: the catalogue in words. */
import { builtinPages, builtinRules } from '../report/builtin-rules';
import type { RuleMeta } from '../rules/finding';
import type { Parts } from './parts';
import { UsageError } from './usage';

async function allRules(parts: Parts): Promise<RuleMeta[]> {
  const engine = await parts.createEngine();
  try {
    return [...engine.ruleMetas, ...builtinRules].sort((a, b) => (a.id < b.id ? -1 : 1));
  } finally {
    engine.dispose();
  }
}

export async function listRules(format: 'text' | 'json', parts: Parts): Promise<number> {
  const rules = await allRules(parts);
  parts.terminal.out(format === 'json' ? `${JSON.stringify(rules.map(plainRule), undefined, 2)}\n` : asTable(rules));
  return 0;
}

function plainRule(rule: RuleMeta): object {
  const { id, title, threats, severity, precision, cwe, profile, microsoft } = rule;
  return { id, title, threats, severity, precision, cwe, profile, microsoft: microsoft ?? [] };
}

function asTable(rules: readonly RuleMeta[]): string {
  const width = Math.max(...rules.map((rule) => rule.id.length));
  const lines = rules.map((rule) => {
    const profile = rule.profile === 'audit' ? ' (audit)' : '';
    return `${rule.id.padEnd(width)}  ${rule.severity.padEnd(7)}  ${rule.title}${profile}`;
  });
  return `${lines.join('\n')}\n\n\`fencepost explain RULE\` says more.\n`;
}

export async function explain(id: string, parts: Parts): Promise<number> {
  const rule = (await allRules(parts)).find((one) => one.id === id);
  if (!rule) throw new UsageError(`there is no rule \`${id}\`; \`fencepost rules\` lists them`);
  const page = builtinPages[id] ?? parts.page(id) ?? `# ${id}\n\n${rule.title}.\n`;
  const facts = [
    `severity ${rule.severity}`,
    `precision ${rule.precision}`,
    `profile ${rule.profile}`,
    ...rule.cwe.map((cwe) => `CWE-${cwe}`),
    ...(rule.microsoft ?? []),
  ];
  parts.terminal.out(`${page.trimEnd()}\n\n${facts.join(' · ')}\n`);
  return 0;
}
