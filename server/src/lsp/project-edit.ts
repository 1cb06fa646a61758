/**
 * What a user says about the project in the editor, as an edit of `fencepost.json` or of the baseline. Comments and order of the file
 * stay. Pure: texts in, a workspace edit out.
 */
import { findNodeAtLocation, modify, parseTree, type JSONPath } from 'jsonc-parser/lib/esm/main.js';
import type { CreateFile, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import { baselineEntry, baselineText, readBaseline } from '../report/baseline';
import type { ReportedFinding } from '../report/workspace';
import { PROJECT_FILE } from './evidence';
import type { Folder } from './folder';
import type { ProjectChange, ProjectEditResult } from './protocol';
import type { ActionSupport } from './session';
import { LinedText } from './text';

/** Undefined where there is nothing to add, or the file is too wrong to be added to. */
export function projectEdit(
  folder: Folder,
  change: ProjectChange,
  findings: readonly ReportedFinding[],
  support: ActionSupport,
): ProjectEditResult | undefined {
  const path = change.kind === 'baseline' ? folder.baselinePath : PROJECT_FILE;
  const before = change.kind === 'baseline' ? folder.baselineText : folder.projectText;
  const after = change.kind === 'baseline' ? withAccepted(before, change.fingerprints, findings) : withEntry(before, change);
  if (after === undefined || after === before) return undefined;
  const uri = folder.uriOf(path);
  return { uri, edit: before === undefined ? created(uri, after, support) : replaced(folder, path, before, after, support) };
}

function withAccepted(
  text: string | undefined,
  fingerprints: readonly string[],
  findings: readonly ReportedFinding[],
): string | undefined {
  const read = readBaseline(text ?? baselineText([]));
  if (!read.entries) return undefined;
  const known = new Set(read.entries.map((entry) => entry.fingerprint));
  const wanted = new Set(fingerprints);
  const added = findings.filter(({ fingerprint }) => wanted.has(fingerprint) && !known.has(fingerprint)).map(baselineEntry);
  return added.length === 0 ? undefined : baselineText([...read.entries, ...added]);
}

type Entry = Exclude<ProjectChange, { kind: 'baseline' }>;

function withEntry(text: string | undefined, change: Entry): string | undefined {
  const [key, value] =
    change.kind === 'shared-type'
      ? ['sharedTypes', change.name]
      : ['accessors', { name: change.name, access: change.access, order: 'relaxed' }];
  const source = text ?? '';
  const root = parseTree(source);
  if (root && root.type !== 'object') return undefined;
  const list = root && findNodeAtLocation(root, [key]);
  if (list && list.type !== 'array') return undefined;
  const at: JSONPath = list ? [key, -1] : [key];
  const options = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' }, isArrayInsertion: list !== undefined };
  const edits = modify(source, at, list ? value : [value], options);
  let result = source;
  for (const edit of [...edits].sort((a, b) => b.offset - a.offset))
    result = result.slice(0, edit.offset) + edit.content + result.slice(edit.offset + edit.length);
  return result.endsWith('\n') ? result : `${result}\n`;
}

function created(uri: string, text: string, support: ActionSupport): WorkspaceEdit {
  const edits: TextEdit[] = [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, newText: text }];
  if (!support.versionedEdits) return { changes: { [uri]: edits } };
  const create: CreateFile = { kind: 'create', uri, options: { ignoreIfExists: true } };
  return { documentChanges: [...(support.createsFiles ? [create] : []), { textDocument: { uri, version: null }, edits }] };
}

function replaced(folder: Folder, path: string, before: string, after: string, support: ActionSupport): WorkspaceEdit {
  const lined = folder.openFiles.get(path)?.text ?? new LinedText(before, 'utf-16');
  const uri = folder.uriOf(path);
  const edits: TextEdit[] = [{ range: lined.range(0, before.length), newText: after }];
  if (!support.versionedEdits) return { changes: { [uri]: edits } };
  const change: TextDocumentEdit = {
    textDocument: { uri, version: folder.openFiles.get(path)?.version ?? null },
    edits,
  };
  return { documentChanges: [change] };
}
