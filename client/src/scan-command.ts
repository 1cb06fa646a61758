/**
 * `Fencepost: Scan Workspace`, or a folder, or some files: progress with a cancel button, then a sentence or two.
 */
import { commands, ProgressLocation, Uri, window, workspace, l10n, type CancellationToken, type Progress } from 'vscode';
import { Methods, type ScanParams, type ScanResult } from '../../server/src/lsp/protocol';
import type { Connected } from './connected';

let nextToken = 1;

interface Work {
  readonly kind: 'begin' | 'report' | 'end';
  readonly message?: string;
  readonly percentage?: number;
}

/** Files to look at, and what makes them changed. */
export interface Changed {
  readonly files: readonly string[];
  /** The last commit, or the moment when the window was opened. */
  readonly since: 'commit' | 'opened';
}

/** Scans a folder, some files, or all folders. */
export async function scanWorkspace(connected: Connected, target?: Uri | Changed): Promise<void> {
  if (!workspace.workspaceFolders?.length) {
    void window.showInformationMessage(l10n.t('Open a folder with driver sources first.'));
    return;
  }
  const { client } = connected;
  if (!client) {
    void window.showWarningMessage(l10n.t('Fencepost is not running. Use "Fencepost: Restart Server".'));
    return;
  }
  const changed = target && 'files' in target ? target : undefined;
  const what: ScanParams = changed ? { files: changed.files } : target instanceof Uri ? { uri: target.toString() } : {};
  const result = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Fencepost'), cancellable: true },
    (progress, token) => request(connected, what, progress, token),
  );
  if (result) await tell(result, changed);
}

async function request(
  { client }: Connected,
  what: ScanParams,
  progress: Progress<{ message?: string; increment?: number }>,
  token: CancellationToken,
): Promise<ScanResult | undefined> {
  if (!client) return undefined;
  const workDoneToken = `fencepost-scan-${nextToken++}`;
  let percentage = 0;
  const listening = client.onNotification('$/progress', (params: { readonly token: unknown; readonly value: Work }) => {
    if (params.token !== workDoneToken || params.value.kind === 'end') return;
    const now = params.value.percentage ?? percentage;
    progress.report({
      ...(params.value.message ? { message: params.value.message } : {}),
      increment: Math.max(0, now - percentage),
    });
    percentage = Math.max(now, percentage);
  });
  const params: ScanParams = {
    ...what,
    workDoneToken,
    partialResultToken: `${workDoneToken}-results`,
  };
  try {
    return await client.sendRequest<ScanResult>(Methods.scan, params, token);
  } catch (error) {
    if (!token.isCancellationRequested) void window.showErrorMessage(l10n.t('The scan failed: {0}', String(error)));
    return undefined;
  } finally {
    listening.dispose();
  }
}

async function tell(result: ScanResult, changed: Changed | undefined): Promise<void> {
  const seconds = (result.milliseconds / 1000).toFixed(1);
  const notes = result.findings - result.errors - result.warnings;
  const found = [
    counted(result.errors, 'error'),
    counted(result.warnings, 'warning'),
    ...(notes > 0 ? [counted(notes, 'note')] : []),
  ];
  const files = counted(result.files, changed ? 'changed file' : 'file');
  const parts = [l10n.t('Fencepost: {0} in {1} ({2} s).', found.join(', '), files, seconds)];
  if (changed?.since === 'opened') parts.push(l10n.t('Git is not available here: these are the files edited in this window.'));
  if (result.silenced > 0) parts.push(l10n.t('{0} silenced by files of this folder.', result.silenced));
  if (result.notAnalysed > 0) parts.push(l10n.t('{0} places were not understood or left out.', result.notAnalysed));
  const show = l10n.t('Show Problems');
  const chosen = await window.showInformationMessage(parts.join(' '), ...(result.findings > 0 ? [show] : []));
  if (chosen === show) await commands.executeCommand('workbench.actions.view.problems');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
