/**
 * `Fencepost: Scan Changed Files`: what differs from the last commit, as the Git extension of the editor says; where there is none
 * (restricted mode, a browser), what was edited in this window.
 */
import { extensions, window, workspace, l10n, type Disposable, type TextDocument, type Uri } from 'vscode';
import { changedInGit, repositoriesOf, sorted } from './changed-files';
import type { Connected } from './connected';
import { scanWorkspace } from './scan-command';

export class ChangedFiles implements Disposable {
  readonly #edited = new Map<string, Uri>();
  readonly #listening: Disposable;

  constructor(private readonly connected: Connected) {
    this.#listening = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.#edited.set(document.uri.toString(), document.uri);
    });
  }

  async scan(): Promise<void> {
    const git = extensions.getExtension('vscode.git');
    // Not activated from here: it would run Git where the user has it switched off.
    const repositories = git?.isActive === true ? repositoriesOf(git.exports) : undefined;
    const files = repositories
      ? [...changedInGit(repositories), ...sorted(workspace.textDocuments.filter(isUnsaved).map(({ uri }) => uri))]
      : sorted([...this.#edited.values()]);
    if (files.length > 0) await scanWorkspace(this.connected, { files, since: repositories ? 'commit' : 'opened' });
    else void window.showInformationMessage(repositories ? NOTHING_CHANGED() : NOTHING_EDITED());
  }

  dispose(): void {
    this.#listening.dispose();
  }
}

function isUnsaved(document: TextDocument): boolean {
  return document.isDirty;
}

const NOTHING_CHANGED = (): string => l10n.t('No C source differs from the last commit.');
const NOTHING_EDITED = (): string =>
  l10n.t('Git is not available here, and no C source was edited in this window. Scan the workspace instead.');
