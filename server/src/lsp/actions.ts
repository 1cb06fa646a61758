/**
 * Code actions for findings: fix this, fix all of this rule, fix all that is safe, suppress with a reason, show the page.
 * Pure: a folder's snapshot in, plain code actions out.
 */
import {
  CodeActionKind,
  type CodeAction,
  type CodeActionContext,
  type Diagnostic,
  type TextDocumentEdit,
  type TextEdit as LspEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { Fix, TextEdit } from '../rules/finding';
import type { FileFacts } from '../syntax/facts';
import { isBuiltin } from '../report/builtin-rules';
import type { ReportedFinding } from '../report/workspace';
import { findingsAt, isShown, rulePageUrl } from './diagnostics';
import type { Folder } from './folder';
import { wordAt } from './hover';
import { projectEdit } from './project-edit';
import { Commands, type ProjectChange, type ProjectEditParams, type SuppressArguments, type SuppressionPlace } from './protocol';
import type { ActionSupport } from './session';
import { suppressionAt, type Insertion } from './suppress';
import type { LinedText } from './text';

export const FIX_ALL_KIND = `${CodeActionKind.SourceFixAll}.fencepost`;

/** What the user can tell about the project; no fix, so that no light bulb stands at every name. */
export const TEACH_KIND = `${CodeActionKind.Refactor}.fencepost`;

/** All actions for a range of offsets, or for the file, as far as `context.only` asks for them. */
export function actionsAt(
  folder: Folder,
  path: string,
  findings: readonly ReportedFinding[],
  start: number,
  end: number,
  context: CodeActionContext,
  support: ActionSupport,
): CodeAction[] {
  const shown = findings.filter((finding) => isShown(finding, folder.trusted));
  const actions: CodeAction[] = [];
  if (asks(context, CodeActionKind.QuickFix)) {
    const here = findingsAt(shown, start, end);
    for (const finding of here) actions.push(...fixesOf(folder, finding, context, support));
    for (const finding of firstOfRule(here)) actions.push(...allOfRule(folder, path, finding, shown, context, support));
    for (const finding of firstOfRule(here)) actions.push(...suppressions(folder, finding, context, support));
    for (const finding of firstOfRule(here)) actions.push(...acceptances(folder, finding, shown, context, support));
    if (support.commands) for (const finding of firstOfRule(here)) actions.push(showPage(folder, finding, context));
  }
  if (asks(context, FIX_ALL_KIND)) {
    const edit = fixAll(folder, path, shown, undefined, support);
    if (edit) actions.push({ title: 'Fix all auto-fixable Fencepost problems', kind: FIX_ALL_KIND, edit });
  }
  return actions;
}

/** `only` absent: quick fixes, and source actions are left to those who ask for them. A parent kind asks for its children. */
function asks(context: CodeActionContext, kind: string): boolean {
  if (!context.only || context.only.length === 0) return true;
  return context.only.some((only) => only === '' || kind === only || kind.startsWith(`${only}.`));
}

function fixesOf(folder: Folder, finding: ReportedFinding, context: CodeActionContext, support: ActionSupport): CodeAction[] {
  const actions: CodeAction[] = [];
  for (const fix of finding.fixes) {
    if (fix.class === 'text' || fix.edits.length === 0) continue;
    const edit = editOf(folder, fix.edits, support);
    if (!edit) continue;
    actions.push({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnosticsFor(finding, folder, context),
      ...(fix.class === 'safe' ? { isPreferred: true } : {}),
      edit,
    });
  }
  return actions;
}

function allOfRule(
  folder: Folder,
  path: string,
  { rule, ...finding }: ReportedFinding,
  findings: readonly ReportedFinding[],
  context: CodeActionContext,
  support: ActionSupport,
): CodeAction[] {
  const fixable = findings.filter((other) => other.rule === rule && safeFix(other));
  if (fixable.length < 2) return [];
  const edit = fixAll(folder, path, findings, rule, support);
  if (!edit) return [];
  const diagnostics = diagnosticsFor({ ...finding, rule }, folder, context);
  return [{ title: `Fix all ${rule} problems in this file`, kind: CodeActionKind.QuickFix, diagnostics, edit }];
}

/** Safe fixes of a file together. Where two overlap the first stands, and the other waits for the next run. */
function fixAll(
  folder: Folder,
  path: string,
  findings: readonly ReportedFinding[],
  rule: string | undefined,
  support: ActionSupport,
): WorkspaceEdit | undefined {
  const taken: TextEdit[] = [];
  for (const finding of findings) {
    if (rule !== undefined && finding.rule !== rule) continue;
    const fix = safeFix(finding);
    if (!fix || fix.edits.some((edit) => edit.file !== path)) continue;
    const news = fix.edits.filter((edit) => !taken.some((other) => same(edit, other)));
    if (news.some((edit) => taken.some((other) => overlaps(edit, other)))) continue;
    taken.push(...news);
  }
  return taken.length === 0 ? undefined : editOf(folder, taken, support);
}

function safeFix(finding: ReportedFinding): Fix | undefined {
  return finding.fixes.find((fix) => fix.class === 'safe' && fix.edits.length > 0);
}

function same(a: TextEdit, b: TextEdit): boolean {
  return a.start === b.start && a.end === b.end && a.newText === b.newText;
}

function overlaps(a: TextEdit, b: TextEdit): boolean {
  return a.start === b.start || (a.start < b.end && b.start < a.end);
}

function suppressions(
  folder: Folder,
  finding: ReportedFinding,
  context: CodeActionContext,
  support: ActionSupport,
): CodeAction[] {
  const lined = folder.lined(finding.file);
  const range = folder.rangeIn(finding.file, finding.start, finding.end);
  if (!lined || !range) return [];
  const places: readonly (readonly [SuppressionPlace, string])[] = [
    ['line', 'on this line'],
    ['next-line', 'with a comment above'],
    ['file', 'in this file'],
  ];
  const actions: CodeAction[] = [];
  for (const [place, words] of places) {
    const insertion = suppressionAt(lined, lined.offsetAt(range.start), finding.rule, place, '');
    if (!insertion) continue;
    const title = `Suppress ${finding.rule} ${words}…`;
    const common = { title, kind: CodeActionKind.QuickFix, diagnostics: diagnosticsFor(finding, folder, context) };
    if (support.commands) {
      const args: SuppressArguments = { uri: folder.uriOf(finding.file), rule: finding.rule, range, place };
      actions.push({ ...common, command: { title, command: Commands.suppress, arguments: [args] } });
    } else {
      // The reason is left for the user to write: without one the comment silences nothing.
      actions.push({ ...common, edit: insertionEdit(folder, finding.file, lined, insertion, support) });
    }
  }
  return actions;
}

/** The baseline takes one finding, or all of its rule in the file. */
function acceptances(
  folder: Folder,
  finding: ReportedFinding,
  shown: readonly ReportedFinding[],
  context: CodeActionContext,
  support: ActionSupport,
): CodeAction[] {
  if (!folder.trusted || finding.suppression || isBuiltin(finding.rule)) return [];
  const diagnostics = diagnosticsFor(finding, folder, context);
  const all = shown.filter((other) => other.rule === finding.rule && !other.suppression);
  const choices: [string, readonly ReportedFinding[]][] = [[`Accept this ${finding.rule} problem in the baseline`, [finding]]];
  if (all.length > 1) choices.push([`Accept all ${finding.rule} problems of this file in the baseline`, all]);
  return choices.flatMap(([title, chosen]) => {
    const change: ProjectChange = { kind: 'baseline', fingerprints: chosen.map(({ fingerprint }) => fingerprint) };
    const action = projectAction(folder, finding.file, title, change, chosen, support);
    return action ? [{ ...action, kind: CodeActionKind.QuickFix, diagnostics }] : [];
  });
}

/** What can be said about the name at an offset: that its memory is shared, or that it accesses such memory as it should. */
export function teachings(
  folder: Folder,
  path: string,
  offset: number,
  findings: readonly ReportedFinding[],
  context: CodeActionContext,
  support: ActionSupport,
): CodeAction[] {
  if (!folder.trusted || !asks(context, TEACH_KIND)) return [];
  const word = wordAt(folder.analysed(path) ?? '', offset)?.word;
  const name = word === undefined ? undefined : declaredName(folder, word);
  if (!name || (name.kind === 'function' && folder.model.api(name.name))) return [];
  const changes: [string, ProjectChange][] =
    name.kind === 'type'
      ? [[`Tell Fencepost that \`${name.name}\` is shared with user mode`, { kind: 'shared-type', name: name.name }]]
      : (['read', 'write'] as const).map((access) => [
          `Tell Fencepost that \`${name.name}\` ${access}s shared memory exactly once`,
          { kind: 'accessor', name: name.name, access },
        ]);
  return changes.flatMap(([title, change]) => {
    const action = projectAction(folder, path, title, change, findings, support);
    return action ? [{ ...action, kind: TEACH_KIND }] : [];
  });
}

/** A structure, behind the name of a pointer to it, too; or a function or macro with arguments. */
function declaredName(folder: Folder, word: string): { readonly kind: 'type' | 'function'; readonly name: string } | undefined {
  for (const path of folder.paths) {
    const facts = folder.engine?.facts(path);
    if (!facts) continue;
    if (facts.records.some(({ name }) => name === word)) return { kind: 'type', name: typedefOf(facts, word) };
    const typedef = facts.typedefs.find(({ name }) => name === word)?.type;
    const type = typedef?.kind === 'pointer' ? typedef.to : typedef;
    if (type?.kind === 'tag' && type.tag !== 'enum')
      return { kind: 'type', name: typedef === type ? word : typedefOf(facts, type.name) };
    if (type?.kind === 'name' && typedef !== type) return { kind: 'type', name: type.name };
    const callable = facts.functions.some(({ name }) => name === word) || facts.macros.some((m) => m.name === word && m.params);
    if (callable) return { kind: 'function', name: word };
  }
  return undefined;
}

/** The name by which code speaks of a structure: its typedef, where it has one. */
function typedefOf(facts: FileFacts, tag: string): string {
  return facts.typedefs.find(({ type }) => type.kind === 'tag' && type.tag !== 'enum' && type.name === tag)?.name ?? tag;
}

/** A command where the client has ours, which saves the file as well; else the edit itself. */
function projectAction(
  folder: Folder,
  path: string,
  title: string,
  change: ProjectChange,
  findings: readonly ReportedFinding[],
  support: ActionSupport,
): CodeAction | undefined {
  const result = projectEdit(folder, change, findings, support);
  if (!result) return undefined;
  if (!support.commands) return support.createsFiles ? { title, edit: result.edit } : undefined;
  const args: ProjectEditParams = { uri: folder.uriOf(path), change };
  return { title, command: { title, command: Commands.changeProject, arguments: [args] } };
}

function showPage(folder: Folder, finding: ReportedFinding, context: CodeActionContext): CodeAction {
  const title = `Show documentation for ${finding.rule}`;
  const command = { title, command: Commands.showRule, arguments: [finding.rule, rulePageUrl(finding.rule)] };
  return { title, kind: CodeActionKind.QuickFix, diagnostics: diagnosticsFor(finding, folder, context), command };
}

function firstOfRule(findings: readonly ReportedFinding[]): ReportedFinding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => !seen.has(finding.rule) && seen.add(finding.rule));
}

function diagnosticsFor(finding: ReportedFinding, folder: Folder, context: CodeActionContext): Diagnostic[] {
  const range = folder.rangeIn(finding.file, finding.start, finding.end);
  return context.diagnostics.filter(
    (diagnostic) =>
      diagnostic.code === finding.rule &&
      diagnostic.range.start.line === range?.start.line &&
      diagnostic.range.start.character === range.start.character,
  );
}

/** An insertion into the document as it is. */
export function insertionEdit(
  folder: Folder,
  path: string,
  lined: LinedText,
  { offset, text }: Insertion,
  support: ActionSupport,
): WorkspaceEdit {
  return workspaceEdit(folder, new Map([[path, [{ range: lined.range(offset, offset), newText: text }]]]), support);
}

/** Edits as a workspace edit; undefined when a file of them is not known, or was changed since. */
function editOf(folder: Folder, edits: readonly TextEdit[], support: ActionSupport): WorkspaceEdit | undefined {
  const byFile = new Map<string, LspEdit[]>();
  for (const edit of edits) {
    const range = folder.editRangeIn(edit.file, edit.start, edit.end);
    if (!range) return undefined;
    const list = byFile.get(edit.file) ?? [];
    list.push({ range, newText: edit.newText });
    byFile.set(edit.file, list);
  }
  return workspaceEdit(folder, byFile, support);
}

function workspaceEdit(folder: Folder, byFile: ReadonlyMap<string, LspEdit[]>, support: ActionSupport): WorkspaceEdit {
  if (!support.versionedEdits) {
    return { changes: Object.fromEntries([...byFile].map(([file, list]) => [folder.uriOf(file), list])) };
  }
  const documentChanges: TextDocumentEdit[] = [...byFile].map(([file, list]) => ({
    textDocument: { uri: folder.uriOf(file), version: folder.openFiles.get(file)?.version ?? null },
    edits: list,
  }));
  return { documentChanges };
}
