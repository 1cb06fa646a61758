/**
 * The sample driver of the walkthrough: opened where the extension is installed, so that nothing is written without being asked.
 */
import { commands, Uri, window, l10n, type ExtensionContext } from 'vscode';

export async function openSample(context: ExtensionContext): Promise<void> {
  const sample = Uri.joinPath(context.extensionUri, 'samples', 'ringdrv');
  const open = l10n.t('Open in New Window');
  const look = l10n.t('Open One File Here');
  const choice = await window.showInformationMessage(
    l10n.t('The sample is a small driver that holds each kind of defect once, and its right form once.'),
    open,
    look,
  );
  if (choice === open) await commands.executeCommand('vscode.openFolder', sample, { forceNewWindow: true });
  if (choice === look) await window.showTextDocument(Uri.joinPath(sample, 'session.c'));
}
