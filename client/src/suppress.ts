/**
 * Suppression with a reason: asks for it, has the server say where the comment goes, applies that.
 */
import { window, workspace, l10n } from 'vscode';
import type { WorkspaceEdit } from 'vscode-languageserver-protocol';
import { Methods, type SuppressArguments, type SuppressEditParams } from '../../server/src/lsp/protocol';
import type { Connected } from './connected';

export async function suppress(connected: Connected, args: unknown): Promise<void> {
  const { client } = connected;
  if (!client || !isSuppressArguments(args)) return;
  const reason = await window.showInputBox({
    title: l10n.t('Suppress {0}', args.rule),
    prompt: l10n.t('Why is this not a defect? The reason is written into the comment and into reports.'),
    placeHolder: l10n.t('for example: the caller holds the lock of the ring'),
    validateInput: (value) => (/[\p{L}\p{N}]/u.test(value) ? undefined : l10n.t('A suppression needs a reason.')),
  });
  if (reason === undefined) return;
  const params: SuppressEditParams = { ...args, reason };
  const edit = await client.sendRequest<WorkspaceEdit | null>(Methods.suppressEdit, params);
  const converted = edit ? await client.protocol2CodeConverter.asWorkspaceEdit(edit) : undefined;
  if (!converted || !(await workspace.applyEdit(converted))) {
    void window.showWarningMessage(l10n.t('The comment could not be written here. Try again, or suppress it in the whole file.'));
  }
}

function isSuppressArguments(args: unknown): args is SuppressArguments {
  return typeof args === 'object' && args !== null && 'uri' in args && 'rule' in args && 'range' in args && 'place' in args;
}
