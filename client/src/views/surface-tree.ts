/**
 * The Attack surface view: where user mode, the network and the registry reach the driver, from the same data as the command line's
 * `surface`. A click goes to the code.
 */
import { commands, MarkdownString, ThemeIcon, TreeItem, window, type Disposable } from 'vscode';
import { Methods, type SurfaceResult, type SurfaceRow } from '../../../server/src/lsp/protocol';
import type { Connected } from '../connected';
import { GroupedTree, openPlace, placeOf, type DetailNode, type GroupNode } from './rows';

const ICONS: Readonly<Record<string, string>> = {
  ioctl: 'symbol-event',
  dispatch: 'symbol-method',
  callback: 'symbol-interface',
  registry: 'settings-gear',
  'fast I/O': 'symbol-method',
  device: 'server',
  'shared memory': 'references',
};

class SurfaceTree extends GroupedTree<SurfaceRow> {
  constructor(private readonly connected: Connected) {
    super();
  }

  protected async groups(): Promise<GroupNode<SurfaceRow>[]> {
    const result = await this.connected.client?.sendRequest<SurfaceResult>(Methods.surface);
    void commands.executeCommand('setContext', 'fencepost.surfaceKnown', result?.known === true);
    const groups = new Map<string, SurfaceRow[]>();
    for (const row of result?.rows ?? []) groups.set(row.kind, [...(groups.get(row.kind) ?? []), row]);
    return [...groups].map(([kind, rows]) => ({
      label: titleOf(kind),
      description: `${rows.length}`,
      rows,
    }));
  }

  protected itemOf(row: SurfaceRow): TreeItem {
    const item = new TreeItem(row.name);
    item.iconPath = new ThemeIcon(ICONS[row.kind] ?? 'circle-outline');
    item.description = placeOf(row.uri, row.range);
    item.tooltip = new MarkdownString().appendText(
      [`${row.name} (${placeOf(row.uri, row.range)})`, ...row.facts].join('\n').replaceAll('`', ''),
    );
    item.command = openPlace(row.uri, row.range);
    return item;
  }

  protected detailsOf(row: SurfaceRow): DetailNode[] {
    return row.facts.map((fact) => ({ text: fact.replaceAll('`', ''), icon: iconOf(fact) }));
  }
}

/** What was found stands out from what is merely so. */
function iconOf(fact: string): string {
  return fact.startsWith('Worst finding') ? 'warning' : /without a check|outside/.test(fact) ? 'unverified' : 'dash';
}

function titleOf(kind: string): string {
  return kind === 'ioctl' ? 'Control codes' : kind.charAt(0).toUpperCase() + kind.slice(1);
}

export function registerSurface(connected: Connected): Disposable & { refresh(): void } {
  const tree = new SurfaceTree(connected);
  const view = window.createTreeView('fencepost.surface', { treeDataProvider: tree, showCollapseAll: true });
  return {
    refresh: () => {
      tree.refresh();
    },
    dispose: () => {
      view.dispose();
    },
  };
}
