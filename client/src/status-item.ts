/**
 * The language status item: state, figures of the last run, and what was left out.
 */
import { languages, LanguageStatusSeverity, l10n, type Disposable, type LanguageStatusItem } from 'vscode';
import { Commands, type Status } from '../../server/src/lsp/protocol';
import { otherFilters, sourceFilters } from './selector';

export class StatusItem implements Disposable {
  readonly #item: LanguageStatusItem;
  /** There once the workspace holds a driver: other C++ is none of our business. */
  #other: LanguageStatusItem | undefined;

  constructor() {
    this.#item = languages.createLanguageStatusItem('fencepost.status', sourceFilters());
    this.#item.name = 'Fencepost';
    this.#item.text = 'Fencepost';
    this.#item.command = { title: l10n.t('Scan Workspace'), command: Commands.scan };
  }

  show(status: Status): void {
    const item = this.#item;
    item.busy = status.state === 'indexing' || status.state === 'analysing';
    item.severity =
      status.state === 'failed'
        ? LanguageStatusSeverity.Error
        : status.silenced > 0 || status.notAnalysed > 0
          ? LanguageStatusSeverity.Warning
          : LanguageStatusSeverity.Information;
    item.command =
      status.state === 'failed'
        ? { title: l10n.t('Show Output'), command: Commands.output }
        : { title: l10n.t('Scan Workspace'), command: Commands.scan };
    item.text = status.state === 'ready' ? l10n.t('Fencepost: {0} findings', status.findings) : `Fencepost: ${status.message}`;
    item.detail = detailOf(status);
    if (status.state === 'analysing' || status.state === 'ready') this.#other ??= otherItem();
  }

  stopped(): void {
    this.#item.busy = false;
    this.#item.severity = LanguageStatusSeverity.Error;
    this.#item.text = l10n.t('Fencepost: stopped');
    this.#item.detail = '';
    this.#item.command = { title: l10n.t('Restart'), command: Commands.restart };
  }

  dispose(): void {
    this.#item.dispose();
    this.#other?.dispose();
  }
}

function otherItem(): LanguageStatusItem {
  const item = languages.createLanguageStatusItem('fencepost.notAnalysed', otherFilters());
  item.name = 'Fencepost';
  item.text = l10n.t('Fencepost: not analysed');
  item.detail = l10n.t('C++ is not read, only .c, .h and .inl');
  item.severity = LanguageStatusSeverity.Warning;
  return item;
}

/** What was left out is always said: silence must not be taken for a clean bill. */
export function detailOf(status: Status): string {
  if (status.state !== 'ready') return '';
  const parts = [l10n.t('{0} files in {1} ms', status.files, status.lastRunMs)];
  if (status.silenced > 0) parts.push(l10n.t('{0} silenced by files of this folder', status.silenced));
  if (status.notAnalysed > 0) parts.push(l10n.t('{0} places not understood or left out', status.notAnalysed));
  return parts.join(', ');
}
