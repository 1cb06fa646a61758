/**
 * Every rule by its own folder: fixtures that fire and that stay silent, the text that its fix makes, and the examples of its page.
 * `UPDATE=1` writes the `.fixed` texts of fixtures that have one.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RULES } from '../../server/src/rules/index';
import { example, FixtureRunner, withoutMarkers, type Texts } from './fixture-runner';

const ROOT = 'server/src/rules';
const folders = readdirSync(ROOT).filter((name) => existsSync(path.join(ROOT, name, 'rule.ts')));
const SOURCE = /\.(c|h|inl|inf|inx)$/i;

function isFolder(full: string): boolean {
  return statSync(full).isDirectory();
}

/** A file is a driver of one file; a folder is a driver of several. */
function read(full: string): Texts {
  if (!isFolder(full)) return new Map([[path.basename(full).replace('.fixed.', '.'), readFileSync(full, 'utf8')]]);
  return new Map(
    readdirSync(full)
      .filter((n) => SOURCE.test(n))
      .map((n) => [n, readFileSync(path.join(full, n), 'utf8')]),
  );
}

interface Fixture {
  readonly name: string;
  readonly full: string;
  readonly fixed: string;
}

function fixtures(id: string): Fixture[] {
  const folder = path.join(ROOT, id, 'fixtures');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((n) => !/\.fixed(\.|$)/.test(n) && (SOURCE.test(n) || isFolder(path.join(folder, n))))
    .sort()
    .map((name) => {
      const fixed = isFolder(path.join(folder, name)) ? `${name}.fixed` : name.replace(/\.(\w+)$/, '.fixed.$1');
      return { name, full: path.join(folder, name), fixed: path.join(folder, fixed) };
    });
}

describe('rule fixtures', () => {
  let runner: FixtureRunner;
  before(async () => {
    runner = await FixtureRunner.create();
  });
  after(() => {
    runner.dispose();
  });

  it('has a folder for every rule, and a rule for every folder', () => {
    assert.deepEqual([...folders].sort(), RULES.map((r) => r.meta.id).sort());
  });

  for (const id of folders) {
    describe(id, () => {
      const own = fixtures(id);
      // A rule that still lacks its page or its fixtures is counted as skipped, by name.
      const pageFile = path.join(ROOT, id, 'page.md');
      const finished = own.length > 0 && existsSync(pageFile) && readFileSync(pageFile, 'utf8').length > 200;
      before(function () {
        if (!finished) this.skip();
      });

      it('has fixtures that fire and that stay silent', () => {
        const texts = own.map((f) => [...read(f.full).values()].join('\n'));
        assert.ok(
          texts.some((t) => new RegExp(`(//|;)\\s*expect:.*(?<![\\w-])${id}(?![\\w-])`).test(t)),
          `no fixture of ${id} fires`,
        );
        assert.ok(
          texts.some((t) => /(\/\/|;)\s*ok:/.test(t)),
          `no fixture of ${id} shows what stays silent`,
        );
      });

      for (const f of own) {
        it(f.name, () => {
          const texts = read(f.full);
          const has = existsSync(f.fixed);
          if (process.env['UPDATE'] && has && !isFolder(f.full)) {
            for (const text of runner.fixedTexts(id, texts)?.values() ?? []) writeFileSync(f.fixed, `${withoutMarkers(text)}\n`);
          }
          const problems = runner.check(id, texts, has ? read(f.fixed) : undefined);
          assert.equal(problems.join('\n    '), '');
        });
      }

      it('shows the text that its fix makes', () => {
        const offers = own.some((f) => runner.fixedTexts(id, read(f.full)) !== undefined);
        assert.equal(
          own.some((f) => existsSync(f.fixed)),
          offers,
          offers ? 'a finding offers an edit, but no fixture has a .fixed text' : '',
        );
      });

      it('page', () => {
        const page = readFileSync(path.join(ROOT, id, 'page.md'), 'utf8');
        assert.match(page, new RegExp(`^# ${id}\n`), 'the page begins with the id of its rule');
        assert.match(page, /^Profile: (default|audit)\b.*/m, 'the page says its profile and what was measured');
        const profile = RULES.find((r) => r.meta.id === id)?.meta.profile;
        assert.equal(/^Profile: (\w+)/m.exec(page)?.[1], profile);
        for (const [heading, fires] of [
          ['Vulnerable', true],
          ['Fixed', false],
        ] as const) {
          const block = example(page, heading);
          assert.ok(block, `the page has no example under "## ${heading}"`);
          const name = `example.${block.language}`;
          const seen = runner.run(new Map([[name, block.text]]));
          assert.deepEqual(seen.gaps, []);
          assert.equal(
            seen.findings.some((f) => f.rule === id),
            fires,
            `the example under "## ${heading}" ${fires ? 'does not fire' : 'fires'}`,
          );
        }
      });
    });
  }
});
