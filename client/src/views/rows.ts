/**
 * Parts that both trees share: how a row opens its place, how a place is named, and a provider that asks the server once per change.
 */
import {
  EventEmitter,
  Range,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  workspace,
  type Command,
  type Event,
  type TreeDataProvider,
} from 'vscode';
import type { Range as LspRange } from 'vscode-languageserver-protocol';

export function openPlace(uri: string, range: LspRange): Command {
  const { start, end } = range;
  const selection = new Range(start.line, start.character, end.line, end.character);
  return { title: 'Open', command: 'vscode.open', arguments: [Uri.parse(uri), { selection, preview: true }] };
}

/** Below its folder, as people name it. */
export function nameOf(uri: string): string {
  return workspace.asRelativePath(Uri.parse(uri));
}

export function placeOf(uri: string, range: LspRange): string {
  return `${nameOf(uri)}:${range.start.line + 1}`;
}

export interface GroupNode<T> {
  readonly label: string;
  readonly description: string;
  readonly rows: readonly T[];
}

/** Something that is said about a row. */
export interface DetailNode {
  readonly text: string;
  readonly icon: string;
  readonly uri?: string;
  readonly range?: LspRange;
}

type Node<T> = GroupNode<T> | T | DetailNode;

/** A tree of groups, rows, and what there is to say about each row. */
export abstract class GroupedTree<T extends object> implements TreeDataProvider<Node<T>> {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData: Event<undefined> = this.#changed.event;
  readonly #groups = new Set<unknown>();
  readonly #details = new Set<unknown>();

  protected abstract groups(): Promise<GroupNode<T>[]>;
  protected abstract itemOf(row: T): TreeItem;
  protected abstract detailsOf(row: T): readonly DetailNode[];

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(node?: Node<T>): Promise<Node<T>[]> {
    if (this.isGroup(node)) return [...node.rows];
    if (this.isDetail(node)) return [];
    if (node) {
      const details = [...this.detailsOf(node)];
      for (const detail of details) this.#details.add(detail);
      return details;
    }
    const groups = await this.groups();
    this.#groups.clear();
    this.#details.clear();
    for (const group of groups) this.#groups.add(group);
    return groups;
  }

  getTreeItem(node: Node<T>): TreeItem {
    if (this.isDetail(node)) return detailItem(node);
    if (!this.isGroup(node)) {
      const item = this.itemOf(node);
      if (this.detailsOf(node).length > 0) item.collapsibleState = TreeItemCollapsibleState.Collapsed;
      return item;
    }
    const item = new TreeItem(node.label, TreeItemCollapsibleState.Expanded);
    item.id = `group:${node.label}`;
    item.description = node.description;
    return item;
  }

  private isGroup(node: Node<T> | undefined): node is GroupNode<T> {
    return node !== undefined && this.#groups.has(node);
  }

  private isDetail(node: Node<T> | undefined): node is DetailNode {
    return node !== undefined && this.#details.has(node);
  }
}

function detailItem({ text, icon, uri, range }: DetailNode): TreeItem {
  const item = new TreeItem(text);
  item.iconPath = new ThemeIcon(icon);
  item.tooltip = text;
  if (uri !== undefined && range) {
    item.label = placeOf(uri, range);
    item.description = text;
    item.command = openPlace(uri, range);
  }
  return item;
}
