import assert from 'node:assert';
import type { Finding, RuleMeta } from '../../server/src/rules/finding';
import { emptyProject } from '../../server/src/model';
import { UNUSED, WITHOUT_REASON } from '../../server/src/report/builtin-rules';
import { readDirectives } from '../../server/src/report/directives';
import { Finisher, isSelected } from '../../server/src/report/finish';
import { lineStartsOf } from '../../server/src/report/lines';
import { isHidden } from '../../server/src/report/silence';
import type { ReportedFinding, Settings } from '../../server/src/report/workspace';
import type { Span } from '../../server/src/syntax/ast';

const metas: readonly RuleMeta[] = [
  {
    id: 'rule-a',
    title: 'A',
    threats: [],
    severity: 'error',
    precision: 'high',
    cwe: [],
    profile: 'default',
    microsoft: ['C28126'],
  },
  {
    id: 'rule-b',
    title: 'B',
    threats: [],
    severity: 'error',
    precision: 'high',
    cwe: [],
    profile: 'default',
    microsoft: ['cpp/drivers/some-rule', '28193'],
  },
  { id: 'rule-audit', title: 'C', threats: [], severity: 'hint', precision: 'low', cwe: [], profile: 'audit' },
];

function settings(changes: Partial<Settings> = {}): Settings {
  return { profile: 'default', severities: {}, trusted: true, project: emptyProject, baseline: new Set(), ...changes };
}

/** `A(…)` is a finding of rule-a, `B(…)` one of rule-b. */
function found(text: string): Finding[] {
  return [...text.matchAll(/\b([AB])\(\)/g)].map((match) => ({
    rule: match[1] === 'A' ? 'rule-a' : 'rule-b',
    severity: 'error',
    message: 'here',
    file: 'f.c',
    start: match.index,
    end: match.index + match[0].length,
    path: [],
    fixes: [],
    confidence: 'certain',
  }));
}

function finish(text: string, changes: Partial<Settings> = {}, inactive: readonly Span[] = []): ReportedFinding[] {
  const wanted = settings(changes);
  const findings = found(text).filter((one) => metas.some((meta) => meta.id === one.rule && isSelected(meta, wanted)));
  return new Finisher().finish({ findings, files: ['f.c'], text: () => text, inactive: () => inactive, metas, settings: wanted });
}

/** `line rule` of what is shown, `line rule (why)` of what is silenced. */
function view(findings: readonly ReportedFinding[], text: string): string[] {
  return findings.map((one) => {
    const line = text.slice(0, one.start).split('\n').length;
    return `${line} ${one.rule}${one.suppression ? ` (${one.suppression.kind}: ${one.suppression.reason})` : ''}`;
  });
}

function check(text: string, expected: readonly string[], changes: Partial<Settings> = {}, inactive: readonly Span[] = []): void {
  assert.deepStrictEqual(view(finish(text, changes, inactive), text), expected);
}

describe('suppressions', () => {
  it('acts on the next line', () => {
    check('// fencepost-ignore-next-line rule-a -- fine\nA();\nA();\n', ['2 rule-a (comment: fine)', '3 rule-a']);
  });
  it('acts on the next line that holds code, so that several can be stacked', () => {
    check('// fencepost-ignore-next-line rule-a -- one\n\n/* more */\n#pragma warning(suppress: 28193)\n  A(); B();\n', [
      '5 rule-a (comment: one)',
      '5 rule-b (pragma: #pragma warning(suppress: 28193))',
    ]);
  });
  it('acts on its own line', () => {
    check('A(); // fencepost-ignore-line rule-a -- fine\nA();\n', ['1 rule-a (comment: fine)', '2 rule-a']);
    check('/* fencepost-ignore-line rule-a -- fine */ A();\n', ['1 rule-a (comment: fine)']);
  });
  it('acts on the whole file', () => {
    check('A();\n/* fencepost-ignore-file rule-a -- generated */\nA(); B();\n', [
      '1 rule-a (comment: generated)',
      '3 rule-a (comment: generated)',
      '3 rule-b',
    ]);
  });
  it('names several rules', () => {
    check('// fencepost-ignore-next-line rule-a, rule-b -- both\nA(); B();\n', [
      '2 rule-a (comment: both)',
      '2 rule-b (comment: both)',
    ]);
    check('// fencepost-ignore-next-line rule-a rule-b -- both\nA(); B();\n', [
      '2 rule-a (comment: both)',
      '2 rule-b (comment: both)',
    ]);
  });
  it('reads block comments of several lines, and lines that end with CRLF or CR', () => {
    check('/*\n * fencepost-ignore-next-line rule-a -- fine\n */\nA();\n', ['4 rule-a (comment: fine)']);
    check('// fencepost-ignore-next-line rule-a -- fine\r\nA();\r\n', ['2 rule-a (comment: fine)']);
    assert.strictEqual(finish('// fencepost-ignore-next-line rule-a -- fine\rA();\r')[0]?.suppression?.reason, 'fine');
  });
  it('acts inside a macro', () => {
    check('#define M() \\\n  /* fencepost-ignore-next-line rule-a -- fine */ \\\n  A(); \\\n  A()\n', [
      '3 rule-a (comment: fine)',
      '4 rule-a',
    ]);
  });
  it('keeps the place of the comment', () => {
    const text = 'A(); // fencepost-ignore-line rule-a -- fine\n';
    const place = finish(text)[0]?.suppression?.place;
    assert.ok(place);
    assert.strictEqual(text.slice(place.start, place.end), 'fencepost-ignore-line rule-a -- fine');
  });

  it('does not act without a reason, and that is said', () => {
    for (const tail of ['', ' --', ' -- ', ' -- .', ' because']) {
      const text = `// fencepost-ignore-next-line rule-a${tail}\nA();\n`;
      const findings = finish(text);
      assert.deepStrictEqual(view(findings, text), [`1 ${WITHOUT_REASON}`, '2 rule-a'], tail);
      assert.strictEqual(findings[0]?.severity, 'warning');
    }
  });
  it('is called unused when there is nothing to silence', () => {
    const text = '// fencepost-ignore-next-line rule-a -- fine\nB();\n';
    const [first, second] = finish(text);
    assert.deepStrictEqual(
      [first?.rule, first?.severity, second?.rule, second?.suppression],
      [UNUSED, 'info', 'rule-b', undefined],
    );
    check('// fencepost-ignore-next-line rule-a, rule-b -- fine\nB();\n', [`1 ${UNUSED}`, '2 rule-b (comment: fine)']);
    check('A();\n// fencepost-ignore-next-line rule-a -- at the end\n', ['1 rule-a', `2 ${UNUSED}`]);
  });
  it('is called unused for a rule that does not exist, a missing rule, and a form that is none', () => {
    const message = (text: string) => finish(text).find((one) => one.rule === UNUSED)?.message ?? '';
    assert.match(message('// fencepost-ignore-next-line rule-z -- fine\nA();\n'), /no such rule/);
    assert.match(message('// fencepost-ignore-next-line -- fine\nA();\n'), /names no rule/);
    assert.match(message('// fencepost-ignore-nextline rule-a -- fine\nA();\n'), /is no suppression/);
    assert.match(message('// fencepost-ignore rule-a -- fine\nA();\n'), /is no suppression/);
  });
  it('is not called unused when its rule did not run, or where no configuration reads', () => {
    check('// fencepost-ignore-next-line rule-audit -- fine\nA();\n', ['2 rule-a']);
    check('// fencepost-ignore-next-line rule-a -- fine\nB();\n', ['2 rule-b'], { severities: { 'rule-a': 'off' } });
    const text = '#if 0\n// fencepost-ignore-next-line rule-a -- fine\n#endif\nB();\n';
    check(text, ['4 rule-b'], {}, [{ start: 6, end: text.indexOf('#endif') }]);
    check(text, [`2 ${UNUSED}`, '4 rule-b']);
  });
  it('cannot silence what is said about suppressions', () => {
    check(`// fencepost-ignore-file ${WITHOUT_REASON} -- fine\n// fencepost-ignore-next-line rule-a\nA();\n`, [
      `1 ${UNUSED}`,
      `2 ${WITHOUT_REASON}`,
      '3 rule-a',
    ]);
  });
  it('is no suppression in a string, in prose, or in code', () => {
    check('s = "// fencepost-ignore-file rule-a -- x"; A();\n', ['1 rule-a']);
    check("c = '\"'; // fencepost-ignore-line rule-a -- fine\nA();\n", [`1 ${UNUSED}`, '2 rule-a']);
    check('// write fencepost-ignore-next-line rule-a -- why\nA();\n', ['2 rule-a']);
    check('fencepost-ignore-next-line rule-a -- why\nA();\n', ['2 rule-a']);
  });
  it('may be switched off like any rule', () => {
    check('// fencepost-ignore-next-line rule-a\nA();\n', ['2 rule-a'], { severities: { [WITHOUT_REASON]: 'off' } });
  });

  describe('pragmas of Microsoft', () => {
    const cases: [string, string, boolean][] = [
      ['a number', '#pragma warning(suppress: 28126)', true],
      ['a number with its letter', '#pragma warning(suppress: C28126)', true],
      ['several numbers', '#pragma warning(suppress: 6001 28126 28193)', true],
      ['several parts', '#pragma warning(disable: 4996; suppress: 28126)', true],
      ['blanks', '# pragma  warning ( suppress : 28126 )', true],
      ['prefast', '#pragma prefast(suppress: 28126, "known; and (right)")', true],
      ['prefast with a name', '#pragma prefast(suppress: __WARNING_X 28126, "why")', true],
      ['another number', '#pragma warning(suppress: 28127)', false],
      ['a number in the words', '#pragma prefast(suppress: 28127, "not 28126")', false],
      ['disable', '#pragma warning(disable: 28126)', false],
      ['a comment', '// #pragma warning(suppress: 28126)', false],
    ];
    for (const [name, pragma, acts] of cases) {
      it(`${acts ? 'reads' : 'is not moved by'} ${name}`, () => {
        const text = `${pragma}\n\nA();\nA();\n`;
        const findings = finish(text);
        assert.deepStrictEqual(
          findings.map((one) => [one.rule, one.suppression?.kind]),
          [
            ['rule-a', acts ? 'pragma' : undefined],
            ['rule-a', undefined],
          ],
        );
      });
    }
    it('keeps what a pragma says as reason', () => {
      assert.strictEqual(
        finish('#pragma prefast(suppress: 28193, "known (and right)")\nB();\n')[0]?.suppression?.reason,
        'known (and right)',
      );
    });
    it('reads __pragma on its own line or above', () => {
      check('__pragma(warning(suppress: 28126)) A();\nA();\n', [
        '1 rule-a (pragma: __pragma(warning(suppress: 28126))',
        '2 rule-a',
      ]);
      check('__pragma(warning(suppress: 28126))\nA();\n', ['2 rule-a (pragma: __pragma(warning(suppress: 28126))']);
    });
  });

  it('hides nothing where the workspace is not trusted, and says what was asked', () => {
    const text = 'A(); // fencepost-ignore-line rule-a -- trust me\n';
    const [finding] = finish(text, { trusted: false });
    assert.ok(finding?.suppression);
    assert.strictEqual(isHidden(finding, false), false);
    assert.strictEqual(isHidden(finding, true), true);
  });

  it('survives what nobody writes', () => {
    const hostile = [
      '/* fencepost-ignore-file rule-a -- x',
      '// fencepost-ignore-line rule-a -- x\\',
      `/*${' '.repeat(200_000)}fencepost-ignore-file rule-a -- x*/ A();`,
      `// fencepost-ignore-line ${'rule-a '.repeat(50_000)}-- x\nA();`,
      `// fencepost-ignore-line rule-a ${'-'.repeat(200_000)} x\nA();`,
      `#pragma warning(suppress: ${'28126 '.repeat(100_000)})\nA();`,
      `#pragma prefast(suppress: 28126, "${'\\'.repeat(100_001)}`,
      `__pragma(${')'.repeat(100_000)}\n`.repeat(3),
      `${'/'.repeat(200_000)}\n"'"'\\`,
      `#pragma warning(suppress: 28126)\n${' '.repeat(300_000)}A();`,
      '\ufeff// fencepost-ignore-line \ud800 -- x\u0000',
    ];
    for (const text of hostile) {
      const started = performance.now();
      assert.doesNotThrow(() => finish(text), text.slice(0, 40));
      assert.ok(performance.now() - started < 2000, `too slow: ${text.slice(0, 40)}`);
    }
  });

  it('reads nothing where there is nothing to read', () => {
    const text = 'int warning; /* prefast */\n';
    assert.deepStrictEqual(readDirectives(text, lineStartsOf(text)), []);
  });
});
