/**
 * Which files changed, from what the editor's own Git extension already knows: nothing is run for it. Its interface as far as it is
 * read here, checked at run time, because it is another extension's. Pure: holds no value of the editor.
 */
import { isAnalysed, isBuildFile } from '../../server/src/lsp/evidence';

interface Address {
  readonly path: string;
  toString(): string;
}

/** One entry of the Source Control view. */
export interface GitChange {
  readonly uri: Address;
  /** Where a renamed file is now. */
  readonly renameUri?: Address | undefined;
}

type ChangeList = 'mergeChanges' | 'indexChanges' | 'workingTreeChanges' | 'untrackedChanges';

export interface GitRepository {
  /** `untrackedChanges` is younger than the others, and empty where untracked files are listed with the others. */
  readonly state: Readonly<Partial<Record<ChangeList, readonly GitChange[]>>>;
}

const LISTS: readonly ChangeList[] = ['mergeChanges', 'indexChanges', 'workingTreeChanges', 'untrackedChanges'];

/** The files in which the work tree differs from the last commit, staged or not, new ones included; sorted. */
export function changedInGit(repositories: readonly GitRepository[]): string[] {
  const changes = repositories.flatMap(({ state }) => LISTS.flatMap((list) => state[list] ?? []));
  return sorted(changes.flatMap(({ uri, renameUri }) => (renameUri ? [uri, renameUri] : [uri])));
}

/** Those that the analysis reads, by their address. */
export function sorted(addresses: readonly Address[]): string[] {
  const read = addresses.filter(({ path }) => isAnalysed(path) || isBuildFile(path));
  return [...new Set(read.map((address) => address.toString()))].sort();
}

/** The repositories of `vscode.git`, from what that extension exports; undefined when it is off, or has not read them yet. */
export function repositoriesOf(exports: unknown): readonly GitRepository[] | undefined {
  if (typeof exports !== 'object' || exports === null || !('getAPI' in exports)) return undefined;
  const { getAPI } = exports as { readonly getAPI: unknown };
  if (typeof getAPI !== 'function') return undefined;
  let api: unknown;
  try {
    api = (exports as { getAPI(version: number): unknown }).getAPI(1);
  } catch {
    // Git is not installed, or switched off in the settings.
    return undefined;
  }
  if (typeof api !== 'object' || api === null || !('state' in api) || api.state !== 'initialized') return undefined;
  if (!('repositories' in api) || !Array.isArray(api.repositories) || api.repositories.length === 0) return undefined;
  return api.repositories as readonly GitRepository[];
}
