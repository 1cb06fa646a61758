/**
 * The part of a folder that scans have shown: all of it, folders below it, or single files. Grows with every scan; paths only.
 */

export class Scope {
  #all = false;
  readonly #folders = new Set<string>();
  readonly #files = new Set<string>();

  static all(): Scope {
    return new Scope().#take({ all: true, folders: [], files: [] });
  }

  /** @param path of a folder, without a slash at its end */
  static below(path: string): Scope {
    return new Scope().#take({ all: false, folders: [path], files: [] });
  }

  static of(files: Iterable<string>): Scope {
    return new Scope().#take({ all: false, folders: [], files });
  }

  covers(path: string): boolean {
    if (this.#all || this.#files.has(path)) return true;
    for (const folder of this.#folders) if (path.startsWith(`${folder}/`)) return true;
    return false;
  }

  add(other: Scope): void {
    this.#take({ all: other.#all, folders: other.#folders, files: other.#files });
  }

  #take(what: { readonly all: boolean; readonly folders: Iterable<string>; readonly files: Iterable<string> }): this {
    this.#all ||= what.all;
    for (const folder of what.folders) this.#folders.add(folder);
    for (const file of what.files) this.#files.add(file);
    return this;
  }
}
