/**
 * Settings as a workspace may choose them: while it is not trusted, those that could hide a finding come from the user alone.
 */
import { workspace, type Uri } from 'vscode';
import { SETTINGS } from '../../server/src/lsp/settings-table';

/** The `fencepost` section for a folder, nested, as the server reads it. */
export function settingsFor(folder: Uri | undefined): Record<string, unknown> {
  const configuration = workspace.getConfiguration('fencepost', folder);
  const section: Record<string, unknown> = {};
  for (const row of SETTINGS) {
    section[row.key] =
      row.restricted && !workspace.isTrusted
        ? (configuration.inspect(row.key)?.globalValue ?? row.default)
        : configuration.get(row.key, row.default);
  }
  section['filesExclude'] = hiddenFiles(folder);
  // The editor hands out proxies, which no worker can be sent.
  return JSON.parse(JSON.stringify(section)) as Record<string, unknown>;
}

/** Patterns of `files.exclude`; in a workspace that is not trusted, those of the user alone. */
function hiddenFiles(folder: Uri | undefined): string[] {
  const files = workspace.getConfiguration('files', folder);
  const inspected = files.inspect<Record<string, unknown>>('exclude');
  const patterns = workspace.isTrusted
    ? files.get<Record<string, unknown>>('exclude')
    : { ...inspected?.defaultValue, ...inspected?.globalValue };
  // A pattern that asks for a file beside it (`when`) hides generated files in other languages.
  return Object.entries(patterns ?? {}).flatMap(([pattern, on]) => (on === true ? [pattern] : []));
}
