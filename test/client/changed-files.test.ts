import assert from 'node:assert/strict';
import { changedInGit, repositoriesOf, sorted } from '../../client/src/changed-files';

const at = (path: string): { path: string; toString(): string } => ({ path, toString: () => `file://${path}` });

describe('changed files', () => {
  it('are what is staged, unstaged, in conflict and new, each once', () => {
    const one = {
      state: {
        mergeChanges: [{ uri: at('/w/merge.c') }],
        indexChanges: [{ uri: at('/w/b.h') }, { uri: at('/w/old.c'), renameUri: at('/w/new.c') }],
        workingTreeChanges: [{ uri: at('/w/b.h') }, { uri: at('/w/notes.md') }, { uri: at('/w/x.inf') }],
      },
    };
    const other = { state: { untrackedChanges: [{ uri: at('/v/a.inl') }] } };
    assert.deepEqual(
      changedInGit([one, other]),
      ['/v/a.inl', '/w/b.h', '/w/merge.c', '/w/new.c', '/w/old.c', '/w/x.inf'].map((path) => `file://${path}`),
    );
    assert.deepEqual(changedInGit([{ state: {} }]), []);
    assert.deepEqual(sorted([at('/w/B.C'), at('/w/a.cpp')]), ['file:///w/B.C']);
  });

  it('are known when the Git extension is on and has read its repositories', () => {
    const repositories = [{ state: {} }];
    const exporting = (api: unknown): unknown => ({ getAPI: (version: number) => (version === 1 ? api : undefined) });
    assert.equal(repositoriesOf(exporting({ state: 'initialized', repositories })), repositories);
    const off = (): never => {
      throw new Error('Git model not found');
    };
    for (const other of [
      undefined,
      {},
      { getAPI: 1 },
      { getAPI: off },
      exporting(undefined),
      exporting({ state: 'uninitialized', repositories }),
      exporting({ state: 'initialized', repositories: [] }),
      exporting({ state: 'initialized' }),
    ])
      assert.equal(repositoriesOf(other), undefined);
  });
});
