/** The list of changed files that a version control tool printed, as names below the scanned folder. Runs no such tool. */
import path from 'node:path';
import { repositoryTop } from './discover';

/**
 * One name a line. A name is taken relative to the current folder, to the scanned one, and to the top of the repository (as
 * `git diff --name-only` prints it): a name that fits nowhere names no file, so nothing is reported too much.
 */
export function changedNames(list: string, root: string, cwd: string): ReadonlySet<string> {
  const top = repositoryTop(root);
  const bases = [cwd, root, ...(top === undefined ? [] : [top])];
  const names = new Set<string>();
  for (const line of list.split(/\r?\n/)) {
    const written = line.trim().replace(/^"(.*)"$/, '$1');
    if (written === '') continue;
    for (const base of bases) {
      const below = path.relative(root, path.resolve(base, written));
      if (below !== '' && !below.startsWith('..') && !path.isAbsolute(below)) names.add(below.split(path.sep).join('/'));
    }
  }
  return names;
}
