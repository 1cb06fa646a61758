/**
 * Edits as people make them, by chance and repeatable: statements, declarations, `#define`s, includes, half-typed text, deletions, files that
 * come and go, and undo. Knows C only as lines of text.
 */

/** A small generator of good enough numbers (mulberry32): the same seed gives the same edits. */
export function numbers(seed: number): (below: number) => number {
  let a = seed >>> 0;
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export interface Edit {
  readonly kind: string;
  readonly path: string;
  /** Absent: the file is removed. */
  readonly text?: string;
}

export class RandomEdits {
  private readonly texts = new Map<string, string>();
  private readonly undo: Edit[] = [];
  private readonly below: (n: number) => number;
  private made = 0;

  constructor(
    private readonly original: ReadonlyMap<string, string>,
    seed: number,
  ) {
    for (const [path, text] of original) this.texts.set(path, text);
    this.below = numbers(seed);
  }

  get current(): ReadonlyMap<string, string> {
    return this.texts;
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length || 1)];
  }

  /** Makes one edit. */
  next(): Edit {
    for (;;) {
      const edit = this.propose();
      if (edit && edit.text !== this.texts.get(edit.path)) {
        this.undo.push({ kind: 'undo', path: edit.path, text: this.texts.get(edit.path) });
        return this.apply(edit);
      }
    }
  }

  /** Takes back the last edit of every file whose text is as half-typed as `isBroken` says, until none is. */
  *repair(isBroken: (path: string) => boolean): Generator<Edit> {
    for (;;) {
      const broken = [...this.texts.keys()].sort().find(isBroken);
      if (broken === undefined) return;
      yield this.apply({ kind: 'repair', path: broken, text: this.original.get(broken) });
    }
  }

  private apply(edit: Edit): Edit {
    if (edit.text === undefined) this.texts.delete(edit.path);
    else this.texts.set(edit.path, edit.text);
    return edit;
  }

  private propose(): Edit | undefined {
    const kind = this.below(100);
    if (kind < 22) {
      const last = this.undo.pop();
      return last && { ...last, kind: 'undo' };
    }
    if (kind < 25) return this.removeFile();
    if (kind < 30) return this.restoreFile();
    if (kind < 32) return this.addFile();
    const headers = [...this.texts.keys()].filter((p) => /\.(h|inl)$/i.test(p)).sort();
    const sources = [...this.texts.keys()].filter((p) => !/\.(h|inl)$/i.test(p)).sort();
    const path = this.pick(kind < 52 && headers.length > 0 ? headers : sources);
    if (path === undefined) return undefined;
    return this.editLine(path, this.texts.get(path) ?? '');
  }

  private removeFile(): Edit | undefined {
    const path = this.pick([...this.texts.keys()].sort());
    return path === undefined || this.texts.size < 3 ? undefined : { kind: 'remove', path };
  }

  private restoreFile(): Edit | undefined {
    const gone = [...this.original.keys()].filter((p) => !this.texts.has(p)).sort();
    const path = this.pick(gone.length > 0 ? gone : [...this.original.keys()].sort());
    return path === undefined ? undefined : { kind: 'restore', path, text: this.original.get(path) };
  }

  private addFile(): Edit | undefined {
    const from = this.pick([...this.texts.keys()].sort());
    if (from === undefined) return undefined;
    const text = (this.texts.get(from) ?? '').replace(/\bStatus\b/g, 'Result');
    return { kind: 'add', path: from.replace(/(\w+)(\.\w+)$/, `$1_copy${String(this.below(3))}$2`), text };
  }

  private editLine(path: string, text: string): Edit | undefined {
    const lines = text.split('\n');
    const at = this.below(lines.length);
    const line = lines[at] ?? '';
    const put = (kind: string, ...now: string[]): Edit => {
      const copy = [...lines];
      copy.splice(at, 1, ...now);
      return { kind, path, text: copy.join('\n') };
    };
    const n = ++this.made;
    switch (this.below(14)) {
      case 0:
        return put('delete a line');
      case 1:
        return put('double a line', line, line);
      case 2:
        return put('half-type', line.slice(0, this.below(line.length + 1)));
      case 3:
        return put('add a comment', line, `/* note ${String(n)} */`);
      case 4:
        return put('add a macro', `#define ADDED_${String(n % 7)} ${String(n)}`, line);
      case 5:
        return /#\s*define/.test(line)
          ? put('change a macro', `${line.replace(/\\$/, '')} + ${String(n % 3)}`)
          : this.macro(path, lines, n);
      case 6:
        return this.condition(path, lines, n);
      case 7:
        return this.field(path, lines, n);
      case 8: {
        const names = line.match(/[A-Za-z_]\w{3,}/g);
        const name = names && this.pick(names);
        return name ? put('rename', line.replace(name, `${name}${String(n % 2)}`)) : undefined;
      }
      case 9:
        return put('change a number', line.replace(/\b\d+\b/, String(n % 100)));
      case 10: {
        const to = Math.min(lines.length, at + 1 + this.below(25));
        return { kind: 'delete lines', path, text: [...lines.slice(0, at), ...lines.slice(to)].join('\n') };
      }
      case 11:
        return /#\s*include/.test(line) ? put('drop an include', '') : this.include(path, lines, n);
      case 12:
        return put('drop a test', line.replace(/\bif\s*\(/, 'if (FALSE && '));
      default:
        return put('change an operator', line.replace(/>=|<=|==|!=|[<>]/, this.pick(['<', '>', '<=', '==']) ?? '<'));
    }
  }

  private line(lines: readonly string[], test: RegExp): number {
    const at = lines.flatMap((l, i) => (test.test(l) ? [i] : []));
    return this.pick(at) ?? -1;
  }

  private replaced(kind: string, path: string, lines: readonly string[], at: number, ...now: string[]): Edit | undefined {
    if (at < 0) return undefined;
    const copy = [...lines];
    copy.splice(at, 1, ...now);
    return { kind, path, text: copy.join('\n') };
  }

  private macro(path: string, lines: readonly string[], n: number): Edit | undefined {
    const at = this.line(lines, /^\s*#\s*define\s+\w+\s+\S/);
    const line = lines[at] ?? '';
    return this.replaced('change a macro', path, lines, at, line.replace(/\b(0x[0-9a-f]+|\d+)\b/i, String(n % 50)));
  }

  /** A statement that leaves, after the start of a statement. */
  private condition(path: string, lines: readonly string[], n: number): Edit | undefined {
    const at = this.line(lines, /;\s*$/);
    const line = lines[at] ?? '';
    return this.replaced('add a statement', path, lines, at, line, `    if (${String(n)} == 0) { return; }`);
  }

  private field(path: string, lines: readonly string[], n: number): Edit | undefined {
    const at = this.line(lines, /^\s+\w+\s+\w+;\s*$/);
    const line = lines[at] ?? '';
    return this.replaced('add a field', path, lines, at, line, `    ULONG Added${String(n % 5)};`);
  }

  private include(path: string, lines: readonly string[], n: number): Edit | undefined {
    const header = this.pick([...this.original.keys()].filter((p) => /\.h$/i.test(p)).sort());
    if (header === undefined) return undefined;
    void n;
    return { kind: 'add an include', path, text: [`#include "${header.replace(/^.*\//, '')}"`, ...lines].join('\n') };
  }
}
