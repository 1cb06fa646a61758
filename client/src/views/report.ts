/**
 * The report as a document in the editor, and as a file. The page is the command line's: no script, no network, and its own content
 * policy forbids both.
 */
import { commands, Uri, ViewColumn, window, workspace, l10n, type Disposable } from 'vscode';
import { Methods, type ReportParams, type ReportResult } from '../../../server/src/lsp/protocol';
import type { Connected } from '../connected';

export function registerReport(connected: Connected): Disposable[] {
  return [
    commands.registerCommand('fencepost.openReport', () => openReport(connected)),
    commands.registerCommand('fencepost.exportReport', () => exportReport(connected)),
  ];
}

async function openReport(connected: Connected): Promise<void> {
  const text = await reportText(connected, 'html');
  if (text === undefined) return;
  const panel = window.createWebviewPanel('fencepost.report', l10n.t('Fencepost Report'), ViewColumn.Active, {
    enableScripts: false,
    localResourceRoots: [],
  });
  panel.webview.html = text;
}

async function exportReport(connected: Connected): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    filters: { Markdown: ['md'], HTML: ['html'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, 'fencepost-report.md') } : {}),
  });
  if (!target) return;
  const text = await reportText(connected, target.path.endsWith('.html') ? 'html' : 'markdown');
  if (text === undefined) return;
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  await window.showTextDocument(target);
}

/** The first folder that has something to report; says so when none has. */
async function reportText({ client }: Connected, format: ReportParams['format']): Promise<string | undefined> {
  const params: ReportParams = { format };
  const result = await client?.sendRequest<ReportResult>(Methods.report, params);
  const texts = result?.texts ?? [];
  if (texts.length === 0) void window.showInformationMessage(l10n.t('There is nothing to report yet: scan the workspace first.'));
  return texts.length === 0 ? undefined : format === 'markdown' ? texts.join('\n') : texts[0];
}
