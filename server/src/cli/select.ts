/** Which of the discovered files a project wants to have analysed. Pure: names in, names out. */
import ignore from 'ignore';

/**
 * Patterns are those of `.gitignore`, relative to the folder of `fencepost.json`; `prefix` leads from there to the scanned folder, with
 * forward slashes, and is empty where they are the same.
 */
export function selectFiles(
  files: readonly string[],
  include: readonly string[],
  exclude: readonly string[],
  prefix: string,
): string[] {
  if (include.length === 0 && exclude.length === 0) return [...files];
  const wanted = include.length === 0 ? undefined : ignore().add([...include]);
  const unwanted = ignore().add([...exclude]);
  return files.filter((file) => {
    const name = prefix === '' ? file : `${prefix}/${file}`;
    return (wanted?.ignores(name) ?? true) && !unwanted.ignores(name);
  });
}
