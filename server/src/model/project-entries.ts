/**
 * Typed access to the entries of a JSON tree, with a problem for each that is wrong. Knows JSON and places, not what a key means.
 */
import type { Node } from 'jsonc-parser/lib/esm/main.js';
import type { ProjectPlace } from './model';

interface Problem extends ProjectPlace {
  readonly message: string;
}

export class Entries {
  /** Where an entry was written, by `list/entry`. */
  readonly places = new Map<string, ProjectPlace>();
  private readonly problems: Problem[] = [];
  private readonly lineStarts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.lineStarts = starts;
  }

  sorted(): readonly Problem[] {
    return [...this.problems].sort((a, b) => a.start - b.start || a.end - b.end || (a.message < b.message ? -1 : 1));
  }

  place(node: Node): ProjectPlace {
    return this.placeAt(node.offset, node.length);
  }

  problem(node: Node, message: string): void {
    this.problemAt(node.offset, node.length, message);
  }

  problemAt(offset: number, length: number, message: string): void {
    this.problems.push({ message, ...this.placeAt(offset, length) });
  }

  /** Keeps the place of a string entry and returns the string. */
  remember(list: string, node: Node): string {
    const name = String(node.value);
    this.rememberPlace(`${list}/${name}`, node);
    return name;
  }

  rememberPlace(key: string, node: Node): void {
    if (!this.places.has(key)) this.places.set(key, this.place(node));
  }

  /** The key that a value of an object stands behind. */
  keyOf(value: Node): Node {
    return value.parent?.children?.[0] ?? value;
  }

  /** Values by key; unknown keys (when `keys` is given) and repeated ones are reported and left out. Undefined when it is no object. */
  object(node: Node, what: string, keys?: readonly string[]): Map<string, Node> | undefined {
    if (node.type !== 'object') {
      this.problem(node, `${what} must be an object.`);
      return undefined;
    }
    const result = new Map<string, Node>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      if (!key || !value) continue; // a syntax error, already reported
      const name = String(key.value);
      if (keys && !keys.includes(name)) this.problem(key, `\`${name}\` means nothing here${suggestion(name, keys)}.`);
      else if (result.has(name)) this.problem(key, `\`${name}\` is written twice; the first one counts.`);
      else result.set(name, value);
    }
    return result;
  }

  items(node: Node | undefined, key: string): readonly Node[] {
    if (!node) return [];
    if (node.type === 'array') return node.children ?? [];
    this.problem(node, `\`${key}\` must be a list.`);
    return [];
  }

  /** The entries of a list that are strings of the pattern; the others are reported. */
  strings(node: Node | undefined, key: string, pattern: RegExp, what: string): readonly Node[] {
    return this.items(node, key).filter((item) => {
      const good = typeof item.value === 'string' && pattern.test(item.value);
      if (!good) this.problem(item, `An entry of \`${key}\` must be ${what}.`);
      return good;
    });
  }

  required(
    object: ReadonlyMap<string, Node> | undefined,
    node: Node,
    key: string,
    pattern: RegExp,
    what: string,
  ): string | undefined {
    if (!object) return undefined;
    const value = object.get(key);
    if (typeof value?.value === 'string' && pattern.test(value.value)) return value.value;
    this.problem(value ?? node, `\`${key}\` is needed and must be ${what}.`);
    return undefined;
  }

  choice<T extends string>(node: Node | undefined, what: string, allowed: readonly T[]): T | undefined {
    if (!node) return undefined;
    const found = allowed.find((x) => x === node.value);
    if (found === undefined) this.problem(node, `${what} must be one of ${allowed.map((x) => `"${x}"`).join(', ')}.`);
    return found;
  }

  number(node: Node | undefined, what: string, allowed: (value: number) => boolean, must: string): number | undefined {
    if (!node) return undefined;
    if (typeof node.value === 'number' && allowed(node.value)) return node.value;
    this.problem(node, `${what} must be ${must}.`);
    return undefined;
  }

  private placeAt(offset: number, length: number): ProjectPlace {
    const start = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= start) low = middle;
      else high = middle - 1;
    }
    return {
      line: low + 1,
      column: start - (this.lineStarts[low] ?? 0) + 1,
      start,
      end: Math.min(start + length, this.text.length),
    };
  }
}

/** ` (is it X?)` when a key is the same but for case, or one or two characters away. */
function suggestion(name: string, keys: readonly string[]): string {
  const near = keys.find((key) => key.toLowerCase() === name.toLowerCase()) ?? keys.find((key) => distance(key, name) <= 2);
  return near === undefined ? '' : ` (is it \`${near}\`?)`;
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
