/**
 * Breaks the right code of the fixtures on purpose, one place at a time: what a rule asks for is taken away, and some rule must notice.
 * Places that nobody need notice are listed with the reason.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ReportedFinding } from '../../server/src/report/workspace';
import { FixtureRunner, lineOf } from './fixture-runner';

const ROOT = 'server/src/rules';

interface Operator {
  readonly find: RegExp;
  put(match: RegExpMatchArray): string;
  /** Changes what follows the place, too. */
  rest?(text: string): string;
  readonly rules: readonly string[];
}

const PLACE = String.raw`(?:[A-Za-z_]\w*)(?:(?:->|\.)\w+|\[\w+\])+`;

const OPERATORS: Readonly<Record<string, Operator>> = {
  'acquire to no order': {
    find: /\b(Read\w+?)Acquire\s*\(/g,
    put: (m) => `${m[1] ?? ''}NoFence(`,
    rules: ['missing-acquire-on-index', 'mixed-atomic-plain', 'double-checked-init'],
  },
  'release to no order': {
    find: /\b(Write\w+?)Release\s*\(/g,
    put: (m) => `${m[1] ?? ''}NoFence(`,
    rules: ['missing-release-on-publish', 'publish-before-init', 'mixed-atomic-plain'],
  },
  'accessor to plain read': {
    find: new RegExp(String.raw`\bRead(?:ULong|ULong64|UShort|UChar|Pointer)(?:NoFence|Acquire)\s*\(\s*&(${PLACE})\s*\)`, 'g'),
    put: (m) => m[1] ?? '',
    rules: ['shared-nonvolatile-read', 'double-fetch', 'cas-loop-plain-load', 'mixed-atomic-plain'],
  },
  'volatile copy to plain copy': {
    find: /\bRtlCopyVolatileMemory\s*\(/g,
    put: () => 'RtlCopyMemory(',
    rules: ['shared-bulk-copy-nonvolatile', 'shared-nonvolatile-read', 'double-fetch'],
  },
  'interlocked to plain': {
    find: new RegExp(
      String.raw`\bInterlocked(Or|And)\s*\(\s*\(\s*(?:volatile\s+)?LONG\s*\*\s*\)\s*&(${PLACE})\s*,\s*([^;()]+)\)\s*;`,
      'g',
    ),
    put: (m) => `${m[2] ?? ''} ${m[1] === 'Or' ? '|=' : '&='} ${(m[3] ?? '').trim()};`,
    rules: ['shared-nonatomic-rmw', 'mixed-atomic-plain'],
  },
  'executable mapping': { find: /\s*\|\s*MdlMappingNoExecute\b/g, put: () => '', rules: ['user-map-rwx'] },
  'no handler': {
    find: /\b__try\b(?=\s*\{)/g,
    put: () => 'if (1)',
    rest: (text) => text.replace(/\b__except\s*\((?:[^()]|\([^()]*\))*\)/, 'else if (0)'),
    rules: [
      'user-memory-outside-try',
      'probe-outside-try',
      'mmprobe-outside-try',
      'user-map-outside-try',
      'section-view-unsafe',
      'mdl-mapping-null-unchecked',
    ],
  },
};

/** Right code: what the fixtures hold that must stay silent, and what fixes made. */
function* rightCode(): Generator<{ readonly name: string; readonly text: string }> {
  for (const id of readdirSync(ROOT).sort()) {
    if (!/^(shared-|double-fetch|missing-|user-map-|mdl-|section-view|cas-loop|packet-toctou)/.test(id)) continue;
    const folder = path.join(ROOT, id, 'fixtures');
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).sort())
      if (/^silent.*\.c$|\.fixed\.c$/.test(file))
        yield { name: `${id}/${file}`, text: readFileSync(path.join(folder, file), 'utf8') };
  }
}

/** Name of the fixture and text of the place, with the reason why nobody need notice. */
const NOBODY: readonly { readonly at: RegExp; readonly reason: string }[] = [
  {
    at: /^shared-(bound-from-shared|index-unclamped)\/silent\.c:\d+: ReadULongAcquire/,
    reason: 'the number is an index into the driver’s own table: no element of the ring is read after it',
  },
  {
    at: /^missing-release-on-publish\/.*: ReadULongNoFence\(&Channel->Shared->Producer\)/,
    reason: 'the driver’s own index, which it stores again: a note',
  },
  {
    at: /^double-fetch\/silent-near\.c:\d+: ReadULongNoFence\(&Queue->Shared->Consumer\)/,
    reason: 'the driver’s own index as well',
  },
  {
    at: /^shared-handed-to-immutable-consumer\/silent\.c:\d+: RtlCopyVolatileMemory/,
    reason: 'one capture of a user address into a local that decides nothing: a note',
  },
];

describe('mutants of right code', function () {
  this.timeout(120_000);
  let runner: FixtureRunner;
  before(async () => {
    runner = await FixtureRunner.create();
  });
  after(() => {
    runner.dispose();
  });

  for (const [name, operator] of Object.entries(OPERATORS)) {
    it(`${name}: every one is noticed`, () => {
      const alive: string[] = [];
      let mutants = 0;
      for (const { name: fixture, text } of rightCode()) {
        const before = count(seen(runner, text), operator);
        for (const match of text.matchAll(operator.find)) {
          const at = `${fixture}:${String(lineOf(text, match.index))}: ${match[0].trim()}`;
          if (NOBODY.some((n) => n.at.test(at))) continue;
          const rest = text.slice(match.index + match[0].length);
          const mutant = text.slice(0, match.index) + operator.put(match) + (operator.rest?.(rest) ?? rest);
          mutants++;
          if (count(seen(runner, mutant), operator) <= before) alive.push(at);
        }
      }
      assert.ok(mutants > 0, 'no place to break');
      assert.deepEqual(alive, []);
    });
  }
});

function seen(runner: FixtureRunner, text: string): readonly ReportedFinding[] {
  return runner.run(new Map([['mutant.c', text]])).findings;
}

function count(findings: readonly ReportedFinding[], operator: Operator): number {
  return findings.filter((f) => ['error', 'warning'].includes(f.severity) && operator.rules.includes(f.rule)).length;
}
