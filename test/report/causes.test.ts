/** One root cause, one diagnostic: which finding stays, what becomes a related place of it, and what is another cause. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { foldCauses, withRelated } from '../../server/src/report/causes';
import { lineStartsOf } from '../../server/src/report/lines';
import { FAMILIES } from '../../server/src/rules/precedence';
import { RULES } from '../../server/src/rules/index';
import { engineOver, run } from '../analysis/analysed';
import type { Finding } from '../../server/src/rules/finding';

const TEXT = 'if (p->Names[n - 1] != 0 || p->Names[n - 2] != 0) return;\nUse(q->a);\n';

function at(snippet: string, rule: string, more: Partial<Finding> & { readonly read?: number } = {}): Finding {
  const start = TEXT.indexOf(snippet);
  const { read, ...rest } = more;
  return {
    rule,
    severity: 'error',
    message: `${rule}.`,
    file: 'f.c',
    start,
    end: start + snippet.length,
    functionName: 'F',
    path: read === undefined ? [] : [{ file: 'f.c', start: read, end: read + 1, role: 'origin', message: 'read here' }],
    fixes: [],
    confidence: 'certain',
    ...rest,
  };
}

const kept = (...findings: Finding[]): string[] =>
  foldCauses(findings, lineStartsOf(TEXT)).kept.map((f) => `${f.rule} ${TEXT.slice(f.start, f.end)}`);

describe('one root cause', () => {
  it('is told once: the index, with the arithmetic in it and in its neighbour', () => {
    const index = at('p->Names[n - 1]', 'ioctl-embedded-offset-unchecked', { read: 1 });
    const inside = at('n - 1', 'ioctl-length-arith-overflow', { read: 1 });
    const beside = at('n - 2', 'ioctl-length-arith-overflow', { read: 1 });
    const { kept: left, under } = foldCauses([inside, beside, index], lineStartsOf(TEXT));
    assert.deepEqual(left, [index]);
    const told = withRelated(index, under.get(index) ?? []);
    assert.deepEqual(
      told.path.filter((s) => s.role === 'related').map((s) => [TEXT.slice(s.start, s.end), s.message]),
      [
        ['n - 1', 'the same cause (ioctl-length-arith-overflow): ioctl-length-arith-overflow'],
        ['n - 2', 'the same cause (ioctl-length-arith-overflow): ioctl-length-arith-overflow'],
      ],
    );
  });

  it('is another one where another number is meant', () => {
    const index = at('p->Names[n - 1]', 'ioctl-embedded-offset-unchecked', { read: 1 });
    assert.equal(kept(index, at('n - 2', 'ioctl-length-arith-overflow', { read: 2 })).length, 2);
  });

  it('is told by the rule that stands first, unless another is more severe', () => {
    const unprobed = at('q->a', 'method-neither-unprobed');
    const written = at('q->a', 'ioctl-arbitrary-read-write', { severity: 'warning' });
    const elsewhere = at('q->a', 'user-memory-wrong-context', { severity: 'warning' });
    assert.deepEqual(kept(elsewhere, unprobed), ['method-neither-unprobed q->a']);
    assert.deepEqual(kept(elsewhere, written), ['ioctl-arbitrary-read-write q->a']);
    assert.deepEqual(kept(written, unprobed), ['method-neither-unprobed q->a']);
  });

  it('is another one where a probe alone does not mend both', () => {
    const unprobed = at('q->a', 'method-neither-unprobed');
    for (const rule of ['shared-nonvolatile-read', 'double-fetch', 'user-memory-outside-try'])
      assert.equal(kept(unprobed, at('q->a', rule)).length, 2, rule);
    const note = at('q->a', 'shared-nonvolatile-read', { severity: 'info' });
    assert.deepEqual(kept(note, unprobed), ['method-neither-unprobed q->a']);
    assert.deepEqual(kept(note, at('q->a', 'user-memory-outside-try')), ['user-memory-outside-try q->a']);
  });

  it('is not what one configuration alone shows, nor what stands in another function', () => {
    const unprobed = at('q->a', 'method-neither-unprobed');
    const elsewhere = at('q->a', 'user-memory-wrong-context');
    assert.equal(kept(elsewhere, { ...unprobed, configuration: '`X` is defined' }).length, 2);
    assert.equal(kept({ ...elsewhere, configuration: '`X` is defined' }, unprobed).length, 1);
    assert.equal(kept(elsewhere, { ...unprobed, functionName: 'G' }).length, 2);
  });

  it('leaves two accesses of one line apart', () => {
    const whole = at('Use(q->a)', 'method-neither-unprobed');
    assert.equal(kept(whole, at('q->a', 'user-memory-wrong-context')).length, 2);
    const mapped = { read: 5, severity: 'warning' } as const;
    assert.equal(kept(at('n - 1', 'shared-nonvolatile-read', mapped), at('n - 2', 'shared-nonvolatile-read', mapped)).length, 2);
  });

  it('is described with rules that exist', () => {
    const ids = new Set(RULES.map((r) => r.meta.id));
    for (const family of FAMILIES) {
      for (const rule of family.rules) assert.ok(ids.has(rule), rule);
      for (const rule of family.numbers ?? []) assert.ok(family.rules.includes(rule), rule);
    }
  });

  it('is another one where the object is filled again far behind', async () => {
    const open =
      readFileSync('server/src/rules/shared-nonvolatile-write/fixtures/fires.c', 'utf8').split('VOID\nPutEntry')[0] ?? '';
    const far = '    Channel->Size = Channel->Size + 1;\n'.repeat(20);
    const engine = await engineOver({
      'd.c': `${open}VOID Report(CHANNEL *Channel, ULONG Value)\n{\n    Channel->Shared->Flags = Value;\n${far}    Channel->Shared->Limit = Value;\n}\n`,
    });
    const stores = run(engine).findings.filter((f) => f.rule === 'shared-nonvolatile-write');
    assert.deepEqual(
      stores.map((f) => f.severity),
      ['warning', 'warning'],
    );
    engine.remove('d.c');
  });

  it('is how an object of shared pages is filled: once for a function, once for a field', async () => {
    const open =
      readFileSync('server/src/rules/shared-nonvolatile-write/fixtures/fires.c', 'utf8').split('VOID\nPutEntry')[0] ?? '';
    const engine = await engineOver({
      'd.c': `${open}
VOID Report(CHANNEL *Channel, ULONG Value)
{
    Channel->Shared->Flags = Value;
    Channel->Shared->Limit = Value + 1;
}
VOID Again(CHANNEL *Channel, ULONG Value)
{
    Channel->Shared->Limit = Value;
    Channel->Shared->Producer = Value;
}
`,
    });
    const stores = run(engine).findings.filter((f) => f.rule === 'shared-nonvolatile-write');
    const text = (f: { readonly start: number; readonly end: number }): string => engine.program.slice('d.c', f);
    assert.deepEqual(
      stores.map((f) => [f.severity, text(f)]),
      [
        ['warning', 'Channel->Shared->Flags'],
        ['info', 'Channel->Shared->Limit'],
        ['info', 'Channel->Shared->Limit'],
        ['warning', 'Channel->Shared->Producer'],
      ],
    );
    assert.deepEqual(
      stores.map((f) => f.path.filter((s) => s.role === 'related').map(text)),
      [['Channel->Shared->Limit'], [], [], []],
    );
    engine.remove('d.c');
    engine.dispose();
  });
});
