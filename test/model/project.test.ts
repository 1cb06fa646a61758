/** fencepost.json: what is read, what is reported and where, and that the schema says the same. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createModel } from '../../server/src/model';
import { parseProject, projectKeys } from '../../server/src/model/project';
import { accepts, type Schema } from './schema-check';

const schema = JSON.parse(readFileSync('schemas/fencepost.schema.json', 'utf8')) as Schema & {
  properties: Record<string, Schema>;
};
const messages = (text: string): string[] => parseProject(text).problems.map((p) => `${p.line}:${p.column} ${p.message}`);

const whole = `{
  // what user mode can write
  "sharedTypes": ["RING_HEADER", "FRAME_SLOT",],
  "sharedFields": ["QUEUE.Ring.Header"],
  "accessors": [
    { "name": "ReadIndex", "access": "read", "order": "acquire", "width": 32 },
    { "name": "StoreFlag", "access": "write", "args": { "dst": 1, "value": 0 } }
  ],
  "fences": [{ "name": "BarrierBetween", "order": "full" }, { "name": "Published", "order": "store" }],
  "trustedTypes": ["QUEUE"],
  "assertsThatStay": ["FATAL_UNLESS"],
  "rules": { "shared-nonvolatile-read": "error", "user-map-rwx": "off" },
  "profile": "audit",
  "include": ["src\\\\**"],
  "exclude": ["**/test/**"],
  "drivers": [{ "name": "net", "files": ["src/net/*.c"], "defines": { "NET": true } }],
  "defines": { "SECURE": 1, "NAME": "value", "EMPTY": "", "OFF": false },
  "baseline": "review/baseline.json"
}`;

describe('fencepost.json', () => {
  it('is read in full, with comments and trailing commas', () => {
    const { config, problems } = parseProject(whole);
    assert.deepEqual(problems, []);
    assert.deepEqual([...config.model.sharedTypes], ['RING_HEADER', 'FRAME_SLOT']);
    assert.deepEqual([...config.model.sharedFields], ['QUEUE.Ring.Header']);
    const read = config.model.accessors.get('ReadIndex');
    assert.deepEqual(
      [read?.role, read?.access, read?.order, read?.width, read?.args],
      ['volatile-accessor', 'read', 'acquire', 32, { src: 0 }],
    );
    assert.deepEqual(config.model.accessors.get('StoreFlag')?.args, { dst: 1, value: 0 });
    assert.equal(config.model.accessors.get('StoreFlag')?.order, 'relaxed');
    assert.deepEqual([...config.model.trustedTypes], ['QUEUE']);
    assert.deepEqual([...(config.model.assertsThatStay ?? [])], ['FATAL_UNLESS']);
    assert.deepEqual(config.rules, { 'shared-nonvolatile-read': 'error', 'user-map-rwx': 'off' });
    assert.equal(config.profile, 'audit');
    assert.deepEqual(config.include, ['src/**']);
    assert.deepEqual(config.exclude, ['**/test/**']);
    assert.deepEqual([...(config.model.build?.drivers[0]?.defines ?? [])], [['NET', '1']]);
    assert.deepEqual([...(config.model.build?.defines ?? [])], [['SECURE', '1'], ['NAME', 'value'], ['EMPTY', ''], ['OFF', '0']]); // prettier-ignore
    assert.equal(config.baseline, 'review/baseline.json');
  });

  it('knows the place of every entry', () => {
    const { model } = parseProject(whole).config;
    const start = whole.indexOf('"FRAME_SLOT"');
    assert.deepEqual(model.places?.get('sharedTypes/FRAME_SLOT'), { line: 3, column: 34, start, end: start + 12 });
    assert.equal(model.accessors.get('ReadIndex')?.place?.line, 6);
  });

  it('adds to the model, before what is built in', () => {
    const text = '{ "accessors": [{ "name": "memcpy", "access": "read" }], "fences": [{ "name": "Mine", "order": "release" }] }';
    const model = createModel(parseProject(text).config.model);
    assert.equal(model.api('memcpy')?.src, 'project');
    assert.equal(model.api('Mine')?.role, 'fence');
    assert.deepEqual(
      [model.fence('Mine', 'arm64')?.loadStore, model.fence('Mine', 'arm64')?.storeStore, model.fence('Mine', 'arm64')?.loadLoad],
      [true, true, false],
    );
  });

  it('reports a wrong entry with its place and keeps the rest', () => {
    assert.deepEqual(messages('{\n  "sharedTypes": ["A", 5, "B C"],\n  "trusted": []\n}'), [
      '2:24 An entry of `sharedTypes` must be the name of a type, such as `RING_HEADER`.',
      '2:27 An entry of `sharedTypes` must be the name of a type, such as `RING_HEADER`.',
      '3:3 `trusted` means nothing here.',
    ]);
    assert.deepEqual([...parseProject('{ "sharedTypes": ["A", 5] }').config.model.sharedTypes], ['A']);
    assert.deepEqual(messages('{ "sharedtypes": ["A"] }'), ['1:3 `sharedtypes` means nothing here (is it `sharedTypes`?).']);
    assert.deepEqual(messages('{ "profile": "a", "profile": "audit" }'), [
      '1:14 `profile` must be one of "default", "audit".',
      '1:19 `profile` is written twice; the first one counts.',
    ]);
  });

  it('does not trust a type that it also calls shared', () => {
    const { config, problems } = parseProject('{ "sharedTypes": ["RING"], "trustedTypes": ["RING", "Q"] }');
    assert.equal(problems.length, 1);
    assert.deepEqual([...config.model.trustedTypes], ['Q']);
  });

  it('reports a rule that does not exist, when it knows the rules', () => {
    const { config, problems } = parseProject('{ "rules": { "real": "off", "unreal": "off" } }', new Set(['real']));
    assert.deepEqual(config.rules, { real: 'off' });
    assert.deepEqual([problems[0]?.message, problems[0]?.column], ['There is no rule `unreal`.', 29]);
  });

  it('never throws, and says what is wrong, on text that is no JSON', () => {
    const texts = [
      '[',
      '{"a":',
      '{"sharedTypes": [',
      'null',
      '"x"',
      '\u0000',
      '{"rules": 3}',
      '['.repeat(200000),
      '{"a":'.repeat(50000),
    ];
    for (const text of texts) {
      const { config, problems } = parseProject(text);
      assert.ok(problems.length > 0, JSON.stringify(text.slice(0, 20)));
      assert.ok(problems.every((p) => p.line >= 1 && p.column >= 1 && p.end <= text.length));
      assert.equal(config.model.sharedTypes.size, 0);
    }
    assert.deepEqual(parseProject('').problems, []);
  });

  it('reads past a byte order mark without moving offsets', () => {
    const { config, problems } = parseProject('\uFEFF{ "sharedTypes": ["A"], "x": 1 }');
    assert.deepEqual([...config.model.sharedTypes], ['A']);
    assert.equal(problems[0]?.start, 25);
  });
});

describe('the schema of fencepost.json', () => {
  it('lists the keys that the parser knows, each with a description', () => {
    assert.deepEqual(Object.keys(schema.properties), [...projectKeys]);
    for (const [key, property] of Object.entries(schema.properties)) {
      const target = property.$ref === undefined ? property : (schema.definitions as Record<string, Schema>).defines;
      assert.equal(typeof target?.description, 'string', key);
    }
  });

  const samples: readonly (readonly [good: boolean, text: string])[] = [
    [true, '{}'],
    [true, '{ "sharedTypes": [], "profile": "default" }'],
    [true, '{ "accessors": [{ "name": "R", "access": "read", "order": "acquire", "width": 8, "args": { "src": 1 } }] }'],
    [true, '{ "drivers": [{ "name": "d", "files": ["*.c"] }], "defines": { "A": "", "B": 2, "C": true } }'],
    [true, '{ "baseline": "a/b.json", "rules": { "a-b": "hint" } }'],
    [false, '[]'],
    [false, '{ "shared": [] }'],
    [false, '{ "sharedTypes": "A" }'],
    [false, '{ "sharedTypes": ["A B"] }'],
    [false, '{ "sharedFields": ["A"] }'],
    [false, '{ "sharedFields": ["A."] }'],
    [false, '{ "accessors": [{ "name": "R" }] }'],
    [false, '{ "accessors": [{ "access": "read" }] }'],
    [false, '{ "accessors": [{ "name": "R", "access": "read", "order": "release" }] }'],
    [false, '{ "accessors": [{ "name": "R", "access": "write", "order": "acquire" }] }'],
    [false, '{ "accessors": [{ "name": "R", "access": "read", "width": 24 }] }'],
    [false, '{ "accessors": [{ "name": "R", "access": "read", "args": { "src": -1 } }] }'],
    [false, '{ "accessors": [{ "name": "R", "access": "read", "extra": 1 }] }'],
    [false, '{ "fences": [{ "name": "F" }] }'],
    [false, '{ "fences": [{ "name": "F", "order": "relaxed" }] }'],
    [false, '{ "rules": { "A": "off" } }'],
    [false, '{ "rules": { "a": "fatal" } }'],
    [false, '{ "profile": "strict" }'],
    [false, '{ "include": [""] }'],
    [false, '{ "drivers": [{ "name": "d", "files": [] }] }'],
    [false, '{ "drivers": [{ "name": "d" }] }'],
    [false, '{ "defines": { "A": 1.5 } }'],
    [false, '{ "defines": { "1A": 1 } }'],
    [false, '{ "defines": { "A": "a\\nb" } }'],
    [false, '{ "baseline": "../x.json" }'],
    [false, '{ "baseline": "/x.json" }'],
    [false, '{ "baseline": "C:\\\\x.json" }'],
    [false, '{ "baseline": " " }'],
  ];
  for (const [good, text] of samples) {
    it(`and the parser both ${good ? 'take' : 'refuse'} ${text}`, () => {
      assert.equal(parseProject(text).problems.length === 0, good, 'parser');
      assert.equal(accepts(schema, JSON.parse(text)), good, 'schema');
    });
  }
});
