/**
 * Parts that both trees share: how a row opens its place, how a place is named, and a provider that asks the server once per change.
 */
import {
  EventEmitter,
  Range,
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

/** A tree of two levels. */
export abstract class GroupedTree<T extends object> implements TreeDataProvider<GroupNode<T> | T> {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData: Event<undefined> = this.#changed.event;
  readonly #groups = new Set<unknown>();

  protected abstract groups(): Promise<GroupNode<T>[]>;
  protected abstract itemOf(row: T): TreeItem;

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(node?: GroupNode<T> | T): Promise<(GroupNode<T> | T)[]> {
    if (this.isGroup(node)) return [...node.rows];
    if (node) return [];
    const groups = await this.groups();
    this.#groups.clear();
    for (const group of groups) this.#groups.add(group);
    return groups;
  }

  getTreeItem(node: GroupNode<T> | T): TreeItem {
    if (!this.isGroup(node)) return this.itemOf(node);
    const item = new TreeItem(node.label, TreeItemCollapsibleState.Expanded);
    item.id = `group:${node.label}`;
    item.description = node.description;
    return item;
  }

  private isGroup(node: GroupNode<T> | T | undefined): node is GroupNode<T> {
    return node !== undefined && this.#groups.has(node);
  }
}
