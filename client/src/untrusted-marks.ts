/**
 * Colours values that an attacker chooses in the editors that are on screen. Decorations, because an editor takes the semantic tokens of
 * one extension per document, and those are the other C extension's.
 */
import { Range, ThemeColor, window, type Disposable, type TextEditor } from 'vscode';
import { Methods, type UntrustedParams, type UntrustedResult } from '../../server/src/lsp/protocol';
import type { Connected } from './connected';
import { isSource } from './selector';

/** Milliseconds in which several reasons to look again are one. */
const WAIT_MS = 120;

export class UntrustedMarks implements Disposable {
  readonly #type = window.createTextEditorDecorationType({ color: new ThemeColor('fencepost.untrustedForeground') });
  readonly #listening: Disposable;
  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly connected: Connected) {
    this.#listening = window.onDidChangeVisibleTextEditors(() => {
      this.refresh();
    });
  }

  refresh(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      for (const editor of window.visibleTextEditors) if (isSource(editor.document)) void this.#mark(editor);
    }, WAIT_MS);
  }

  async #mark(editor: TextEditor): Promise<void> {
    const params: UntrustedParams = { uri: editor.document.uri.toString() };
    try {
      const result = await this.connected.client?.sendRequest<UntrustedResult>(Methods.untrusted, params);
      // An edit on the way moves what is marked; the next findings bring new ranges.
      if (!result || (result.version !== null && result.version !== editor.document.version)) return;
      const ranges = result.ranges.map(({ start, end }) => new Range(start.line, start.character, end.line, end.character));
      editor.setDecorations(this.#type, ranges);
    } catch {
      // The server is busy with a newer text, and says so when it is done.
    }
  }

  dispose(): void {
    clearTimeout(this.#due);
    this.#listening.dispose();
    this.#type.dispose();
  }
}
