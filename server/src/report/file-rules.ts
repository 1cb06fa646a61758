/** Runs rules that need no data flow: those that read one file at a time, and those that read one function at a time. */
import type { Model } from '../model/model';
import type { Constants } from '../program/constants';
import type { Program } from '../program/program';
import type { Draft, Rule } from '../rules/rule';
import type { FunctionDecl, Span } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { Drafted, Notes } from './decide';

export interface Known {
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
}

export type Note = readonly [tag: string, key: string, value: string];
/** What rules said about something. */
export interface Said {
  readonly drafts: Drafted[];
  readonly notes: Note[];
}

/** What one rule says about a file. Places are in the coordinates of its text. @param facts absent for a file that holds no C */
export function askOfFile(rule: Rule, file: string, text: string, facts: FileFacts | undefined, known: Known, said: Said): void {
  const { program, constants, model } = known;
  rule.file?.({
    file,
    text,
    ...(facts ? { facts } : {}),
    program,
    constants,
    model,
    note: (tag, key, value = '') => void said.notes.push([tag, key, value]),
    report: (draft) => void said.drafts.push({ rule, draft, file, fn: facts && enclosing(facts, draft.place), raw: true }),
  });
}

/** What one rule says about a function. @param slice the text in whose coordinates the function is */
export function askOfFunction(
  rule: Rule,
  fn: FunctionDecl,
  file: string,
  slice: (span: Span) => string,
  known: Known,
  report: (draft: Draft) => void,
  note: (note: Note) => void,
): void {
  const { program, constants, model } = known;
  rule.each?.({
    fn,
    file,
    program,
    constants,
    model,
    slice,
    isWritten: (pattern) => program.isWritten(file, pattern),
    note: (tag, key, value = '') => {
      note([tag, key, value]);
    },
    report,
  });
}

/** What all of them say about a file, in the coordinates of its text. */
export function fileDrafts(
  rules: readonly Rule[],
  file: string,
  text: string,
  facts: FileFacts | undefined,
  known: Known,
  notes: Notes,
): Drafted[] {
  const said: Said = { drafts: [], notes: [] };
  for (const rule of rules) {
    askOfFile(rule, file, text, facts, known, said);
    for (const fn of rule.each ? (facts?.functions ?? []) : [])
      askOfFunction(
        rule,
        fn,
        file,
        (span) => text.slice(span.start, span.end),
        known,
        (draft) => said.drafts.push({ rule, draft, file, fn: fn.name, raw: true }),
        (note) => said.notes.push(note),
      );
  }
  for (const [tag, key, value] of said.notes) notes.add(tag, key, value);
  return said.drafts;
}

/** The name of the function that a place stands in. */
function enclosing(facts: FileFacts, place: Span): string | undefined {
  return facts.functions.find((f) => f.start <= place.start && place.end <= f.end)?.name;
}
