/**
 * What the user says about the project (shared type, accessor, accepted finding): the server says the edit, it is applied and saved, so
 * that the command line and everyone else see it, too.
 */
import { Uri, window, workspace, l10n } from 'vscode';
import { Methods, type ProjectEditParams, type ProjectEditResult } from '../../server/src/lsp/protocol';
import type { Connected } from './connected';

export async function changeProject({ client }: Connected, params: unknown): Promise<void> {
  if (!client || !isProjectEdit(params)) return;
  const result = await client.sendRequest<ProjectEditResult | null>(Methods.projectEdit, params);
  if (!result) {
    void window.showInformationMessage(l10n.t('That is already said.'));
    return;
  }
  const edit = await client.protocol2CodeConverter.asWorkspaceEdit(result.edit);
  if (!(await workspace.applyEdit(edit))) {
    void window.showWarningMessage(l10n.t('The file could not be changed: {0}', result.uri));
    return;
  }
  const document = await workspace.openTextDocument(Uri.parse(result.uri));
  await document.save();
  const open = l10n.t('Open');
  const said = l10n.t('Written to {0}.', workspace.asRelativePath(document.uri));
  if ((await window.showInformationMessage(said, open)) === open) await window.showTextDocument(document);
}

function isProjectEdit(params: unknown): params is ProjectEditParams {
  return typeof params === 'object' && params !== null && 'uri' in params && 'change' in params;
}
