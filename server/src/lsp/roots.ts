/**
 * Which folder a file belongs to: the innermost workspace folder, else a loose folder that holds open documents only.
 */
import type { Folder } from './folder';
import { normalUri, parentUri, pathBelow } from './uri';

export interface Located {
  readonly folder: Folder;
  readonly path: string;
}

export class Roots {
  readonly #folders = new Map<string, Folder>();
  readonly #loose = new Map<string, Folder>();

  constructor(private readonly create: (uri: string, loose: boolean) => Folder) {}

  get all(): Folder[] {
    return [...this.#folders.values(), ...this.#loose.values()];
  }

  /** Folders of the workspace, without those of loose files. */
  get workspace(): Folder[] {
    return [...this.#folders.values()];
  }

  add(uri: string): void {
    const key = normalUri(uri).replace(/\/$/, '');
    if (!this.#folders.has(key)) this.#folders.set(key, this.create(uri.replace(/\/$/, ''), false));
  }

  remove(uri: string): void {
    const key = normalUri(uri).replace(/\/$/, '');
    this.#folders.get(key)?.dispose();
    this.#folders.delete(key);
  }

  /** The folder of a file; undefined when it is in no folder that is known. */
  find(uri: string): Located | undefined {
    let best: Located | undefined;
    for (const folder of this.#folders.values()) {
      const path = pathBelow(folder.uri, uri);
      if (path !== undefined && path !== '' && (!best || path.length < best.path.length)) best = { folder, path };
    }
    if (best) return best;
    const loose = this.#loose.get(normalUri(parentUri(uri)));
    const path = loose ? pathBelow(loose.uri, uri) : undefined;
    return loose && path !== undefined ? { folder: loose, path } : undefined;
  }

  /** The folder of a file that is being opened; makes a loose one where the workspace has none. */
  locate(uri: string): Located | undefined {
    const found = this.find(uri);
    if (found) return found;
    const parent = parentUri(uri);
    if (parent === uri) return undefined;
    this.#loose.set(normalUri(parent), this.create(parent, true));
    return this.find(uri);
  }

  /** Forgets a loose folder once its last document is closed. */
  release(folder: Folder): void {
    if (folder.openFiles.size > 0) return;
    for (const [key, loose] of this.#loose) {
      if (loose !== folder) continue;
      this.#loose.delete(key);
      folder.dispose();
    }
  }

  dispose(): void {
    for (const folder of this.all) folder.dispose();
    this.#folders.clear();
    this.#loose.clear();
  }
}
