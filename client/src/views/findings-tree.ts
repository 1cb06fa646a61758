/**
 * The Findings view: all findings of the last analysis by threat, file or rule, those that are silenced included.
 */
import { commands, MarkdownString, ThemeColor, ThemeIcon, TreeItem, window, l10n, type Disposable } from 'vscode';
import { Methods, type FindingRow, type FindingsResult } from '../../../server/src/lsp/protocol';
import type { Connected } from '../connected';
import { countsOf, groupsOf, type Filter, type Grouping } from './grouping';
import { GroupedTree, nameOf, openPlace, placeOf, type DetailNode, type GroupNode } from './rows';

const ICONS: Readonly<Record<FindingRow['severity'], ThemeIcon>> = {
  error: new ThemeIcon('error', new ThemeColor('list.errorForeground')),
  warning: new ThemeIcon('warning', new ThemeColor('list.warningForeground')),
  info: new ThemeIcon('info'),
  hint: new ThemeIcon('lightbulb'),
};
const SILENCED = new ThemeIcon('bell-slash', new ThemeColor('disabledForeground'));

class FindingsTree extends GroupedTree<FindingRow> {
  grouping: Grouping = 'threat';
  filter: Filter = { text: '', silenced: true };

  constructor(
    private readonly connected: Connected,
    private readonly counted: (rows: readonly FindingRow[]) => void,
  ) {
    super();
  }

  protected async groups(): Promise<GroupNode<FindingRow>[]> {
    const result = await this.connected.client?.sendRequest<FindingsResult>(Methods.findings);
    const rows = result?.rows ?? [];
    this.counted(rows);
    return groupsOf(rows, this.grouping, this.filter, nameOf).map(({ name, rows: list }) => ({
      label: name,
      description: countsOf(list),
      rows: list,
    }));
  }

  protected itemOf(row: FindingRow): TreeItem {
    const item = new TreeItem(placeOf(row.uri, row.range));
    item.iconPath = row.silenced ? SILENCED : ICONS[row.severity];
    // The place first: in a narrow side bar the sentence is cut off.
    item.description = row.message.replaceAll('`', '');
    item.tooltip = tooltipOf(row);
    item.command = openPlace(row.uri, row.range);
    return item;
  }

  protected detailsOf(row: FindingRow): DetailNode[] {
    return row.path.map(({ message, uri, range }) => ({
      text: message.replaceAll('`', ''),
      icon: 'arrow-small-right',
      uri,
      range,
    }));
  }
}

function tooltipOf(row: FindingRow): MarkdownString {
  const where = row.functionName === undefined ? '' : ` in \`${row.functionName}\``;
  const text = new MarkdownString(`**${row.rule}** (${row.severity})${where}\n\n`);
  text.appendText(row.message.replaceAll('`', ''));
  if (row.silenced)
    text.appendMarkdown('\n\n').appendText(`${l10n.t('Silenced')} (${row.silenced.kind}): ${row.silenced.reason}`);
  return text;
}

export function registerFindings(connected: Connected): Disposable & { refresh(): void } {
  const tree = new FindingsTree(connected, (rows) => {
    const open = rows.filter((row) => !row.silenced).length;
    view.badge = open > 0 ? { value: open, tooltip: countsOf(rows) } : undefined;
  });
  const view = window.createTreeView('fencepost.findings', { treeDataProvider: tree, showCollapseAll: true });
  const group = (grouping: Grouping) => () => {
    tree.grouping = grouping;
    tree.refresh();
  };
  const disposables = [
    view,
    commands.registerCommand('fencepost.groupByThreat', group('threat')),
    commands.registerCommand('fencepost.groupByFile', group('file')),
    commands.registerCommand('fencepost.groupByRule', group('rule')),
    commands.registerCommand('fencepost.filterFindings', () => askFilter(tree, (message) => (view.message = message))),
    // From a line above a function: the findings in it.
    commands.registerCommand('fencepost.showFindings', async (text: unknown) => {
      if (typeof text === 'string') {
        tree.filter = { ...tree.filter, text: text.toLowerCase() };
        view.message = l10n.t('Filtered by "{0}"', text);
        tree.refresh();
      }
      await commands.executeCommand('setContext', 'fencepost.active', true);
      await commands.executeCommand('fencepost.findings.focus');
    }),
  ];
  return {
    refresh: () => {
      tree.refresh();
    },
    dispose: () => {
      for (const disposable of disposables) disposable.dispose();
    },
  };
}

async function askFilter(tree: FindingsTree, say: (message: string | undefined) => void): Promise<void> {
  const toggle = tree.filter.silenced ? l10n.t('Hide silenced findings') : l10n.t('Show silenced findings');
  const byText = l10n.t('Filter by text…');
  const clear = l10n.t('Show all');
  const choice = await window.showQuickPick([byText, toggle, clear], { title: l10n.t('Filter findings') });
  if (choice === toggle) tree.filter = { ...tree.filter, silenced: !tree.filter.silenced };
  else if (choice === clear) tree.filter = { text: '', silenced: true };
  else if (choice === byText) {
    const text = await window.showInputBox({
      prompt: l10n.t('Part of a rule, message, file or function'),
      value: tree.filter.text,
    });
    if (text === undefined) return;
    tree.filter = { ...tree.filter, text: text.trim().toLowerCase() };
  } else return;
  say(tree.filter.text === '' ? undefined : l10n.t('Filtered by "{0}"', tree.filter.text));
  tree.refresh();
}
