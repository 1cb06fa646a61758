import assert from 'node:assert/strict';
import { Carry, openEnds } from '../../server/src/lsp/held';
import { inProcess, PULL, PUSH, until, type TestClient } from './harness';

describe('a text in the middle of typing', () => {
  it('is whole when brackets, literals and comments are closed', () => {
    for (const whole of [
      '',
      'f() { return a[1]; }',
      '"{" \'{\' /* { " */ // {\n',
      '"a\\"b" L\'\\\'\'',
      '#define A \\\n  {}',
      '// x \\\n {\n',
      '#ifdef A\n  # endif\n',
      '#define S(x) #if\n',
    ])
      assert.equal(openEnds(whole), 0, whole);
    for (const open of [
      '{',
      'f(',
      'a[1',
      '"abc',
      '"abc\n"',
      "'a",
      '/* x',
      '}',
      'f() { if (x) { }',
      '#if A\nx;\n',
      '#endif',
      '"a\\',
    ])
      assert.ok(openEnds(open) > 0, open);
    assert.equal(openEnds('{{'), 2);
  });

  it('carries places over an edit, in both directions', () => {
    const carry = Carry.between('ab cd ef', 'ab c{{d ef');
    assert.deepEqual(carry.span(0, 2, false), { start: 0, end: 2 });
    assert.deepEqual(carry.span(6, 8, false), { start: 8, end: 10 });
    assert.equal(carry.span(3, 5, false), undefined, 'the edit lies in it');
    assert.deepEqual(carry.span(3, 5, true), { start: 3, end: 7 });
    assert.equal(carry.back(9), 7);
    assert.equal(carry.back(5), 4);
    const insertion = Carry.between('ab', 'aXb');
    assert.deepEqual(insertion.span(1, 2, false), { start: 2, end: 3 }, 'behind what is inserted before it');
    assert.deepEqual(insertion.span(0, 1, false), { start: 0, end: 1 });
    const deletion = Carry.between('a12b', 'ab');
    assert.equal(deletion.span(1, 3, true), undefined, 'it is gone');
    assert.deepEqual(deletion.span(3, 4, true), { start: 1, end: 2 });
  });
});

describe('findings while a brace is open', () => {
  const WHOLE = '#include <ntddk.h>\nvoid F(void) { BAD; }\nvoid G(void) { BADSAFE; }\n';
  const OPEN = WHOLE.replace('F(void) { ', 'F(void) { if (x) { ');
  let client: TestClient & { readonly log: { runs: number } };
  afterEach(() => client.dispose());

  it('stay where they are, in this file and in others, and nothing is analysed', async () => {
    client = inProcess({});
    await client.initialize(PULL);
    const a = await client.open('a.c', WHOLE);
    const b = await client.open('b.c', 'BAD ORIGIN\n');
    const before = await client.items(a);
    const other = await client.pull(b);
    const { runs } = client.log;
    await client.change(a, OPEN);
    const during = await client.items(a);
    assert.deepEqual(
      during.map(({ range }) => [range.start.line, range.start.character]),
      [
        [1, 24],
        [2, 15],
      ],
    );
    assert.deepEqual(
      during.map(({ message }) => message),
      before.map(({ message }) => message),
    );
    assert.equal((await client.pull(b, other.resultId)).kind, 'unchanged');
    assert.equal(client.log.runs, runs);
    await until('the status', () => client.statuses.at(-1)?.notAnalysed === 1);

    // The fix of an untouched finding still lands where it belongs.
    const actions = await client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: a },
      range: { start: { line: 2, character: 16 }, end: { line: 2, character: 16 } },
      context: { diagnostics: during },
    });
    assert.match(
      JSON.stringify(actions),
      /"range":\{"start":\{"line":2,"character":15\},"end":\{"line":2,"character":22\}\},"newText":"GOOD"/,
    );

    await client.change(a, WHOLE.replace('BAD;', 'if (x) { }'));
    assert.deepEqual(
      (await client.items(a)).map(({ range }) => range.start.line),
      [2],
    );
  });

  it('move with the text for a client that cannot pull', async () => {
    client = inProcess({});
    await client.initialize(PUSH);
    const uri = await client.open('a.c', WHOLE);
    await until('diagnostics', () => client.shown(uri)?.length === 2);
    const version = await client.change(uri, `{\n${WHOLE}`);
    await until('the new places', () => client.published.at(-1)?.version === version);
    assert.deepEqual(
      client.shown(uri)?.map(({ range }) => range.start.line),
      [2, 3],
    );
  });

  it('are those of the text as it is, once it is saved', async () => {
    client = inProcess({});
    await client.initialize(PULL);
    const uri = await client.open('a.c', WHOLE);
    await client.items(uri);
    await client.change(uri, `{\n${WHOLE}`);
    await client.change(uri, `{\n${WHOLE}BAD\n`);
    assert.equal((await client.items(uri)).length, 2, 'BAD is not looked at yet');
    await client.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
    assert.equal((await client.items(uri)).length, 3);
  });
});
