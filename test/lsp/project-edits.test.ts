import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeAction, Diagnostic, TextDocumentEdit, WorkspaceEdit } from 'vscode-languageserver-protocol/node';
import { parseProject } from '../../server/src/model/project';
import { readBaseline } from '../../server/src/report/baseline';
import type { ProjectEditParams, ProjectEditResult } from '../../server/src/lsp/protocol';
import { inProcess, overStdio, folderWith, PULL, type TestClient } from './harness';

const DRIVER = '#include <ntddk.h>\n';
const CREATES = {
  ...PULL,
  workspace: { ...PULL.workspace, workspaceEdit: { documentChanges: true, resourceOperations: ['create' as const] } },
};

function apply(folder: string, edit: WorkspaceEdit | undefined): string {
  const change = edit?.documentChanges?.find((one): one is TextDocumentEdit => 'edits' in one);
  assert.ok(change);
  const file = path.join(folder, path.basename(new URL(change.textDocument.uri).pathname));
  const [one] = change.edits;
  assert.ok(one && 'newText' in one && change.edits.length === 1);
  writeFileSync(file, one.newText);
  return file;
}

/** Files of the disk are read a moment after they are told of. */
async function come(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('waited in vain');
}

describe('what the user says about a project', () => {
  let client: TestClient;
  afterEach(() => client.dispose());
  const actionsAt = async (uri: string, line: number, character: number, only?: string[]): Promise<CodeAction[]> =>
    client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line, character }, end: { line, character } },
      context: { diagnostics: [], ...(only ? { only } : {}) },
    });

  it('accepts findings in the baseline, one or all of a rule, and keeps what was accepted', async () => {
    client = inProcess({});
    await client.initialize(CREATES);
    const uri = await client.open('a.c', `${DRIVER}BAD\nBAD\n`);
    await client.items(uri);
    const titles = (await actionsAt(uri, 1, 1)).filter(({ title }) => title.includes('baseline'));
    assert.deepEqual(
      titles.map(({ title }) => title),
      ['Accept this bad-word problem in the baseline', 'Accept all bad-word problems of this file in the baseline'],
    );
    const file = apply(client.folder, titles[0]?.edit);
    assert.equal(path.basename(file), '.fencepost-baseline.json');
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: client.uri('.fencepost-baseline.json'), type: 1 }],
    });
    // Accepted ones are hints.
    await come(async () => (await client.items(uri)).map(({ severity }) => severity).join() === '4,1');
    apply(client.folder, (await actionsAt(uri, 2, 1)).find(({ title }) => title.startsWith('Accept this'))?.edit);
    assert.equal(readBaseline(readFileSync(file, 'utf8')).entries?.length, 2);
  });

  it('offers no baseline in a workspace that is not trusted', async () => {
    client = inProcess({});
    await client.initialize(CREATES, { trusted: false });
    const uri = await client.open('a.c', `${DRIVER}BAD\n`);
    assert.ok(!(await actionsAt(uri, 1, 1)).some(({ title }) => /baseline|Tell/.test(title)));
  });

  describe('over the bundled server', () => {
    const SOURCE = `${DRIVER}typedef struct _BOX { ULONG A; } BOX, *PBOX;\nULONG Take(PBOX Box) { return Box->A; }\n`;

    it('writes shared types and accessors into fencepost.json, and keeps its comments', async () => {
      client = overStdio(folderWith({ 'fencepost.json': '{\n  // ours\n  "sharedTypes": ["OTHER"]\n}\n' }), [
        'dist/server.js',
        '--stdio',
      ]);
      await client.initialize(CREATES, { commands: true });
      const uri = await client.open('a.c', SOURCE);
      await client.items(uri);
      const [shared, ...rest] = await actionsAt(uri, 2, 12, ['refactor']);
      assert.deepEqual(rest, []);
      assert.match(shared?.title ?? '', /`BOX` is shared with user mode/);
      const say = async (params: unknown): Promise<ProjectEditResult> =>
        client.connection.sendRequest('fencepost/projectEdit', params as ProjectEditParams);
      const file = apply(client.folder, (await say(shared?.command?.arguments?.[0])).edit);
      assert.match(readFileSync(file, 'utf8'), /\/\/ ours/);
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: client.uri('fencepost.json'), type: 2 }],
      });
      const isFound = ({ code, range }: Diagnostic): boolean => code === 'shared-nonvolatile-read' && range.start.line === 2;
      await come(async () => (await client.items(uri)).some(isFound));

      const accessors = await actionsAt(uri, 2, 8, ['refactor']);
      assert.deepEqual(
        accessors.map(({ title }) => title),
        [
          'Tell Fencepost that `Take` reads shared memory exactly once',
          'Tell Fencepost that `Take` writes shared memory exactly once',
        ],
      );
      apply(client.folder, (await say(accessors[0]?.command?.arguments?.[0])).edit);
      const { config, problems } = parseProject(readFileSync(file, 'utf8'));
      assert.deepEqual(problems, []);
      assert.equal(config.model.accessors.get('Take')?.access, 'read');
      assert.equal(config.model.sharedTypes.size, 2);
    });

    it('makes fencepost.json where there is none', async () => {
      client = overStdio(folderWith({}), ['dist/server.js', '--stdio']);
      await client.initialize(CREATES);
      const uri = await client.open('a.c', SOURCE);
      await client.items(uri);
      const [shared] = await actionsAt(uri, 2, 12, ['refactor']);
      assert.deepEqual(shared?.edit?.documentChanges?.[0], {
        kind: 'create',
        uri: client.uri('fencepost.json'),
        options: { ignoreIfExists: true },
      });
      assert.deepEqual(parseProject(readFileSync(apply(client.folder, shared.edit), 'utf8')).problems, []);
    });
  });
});
