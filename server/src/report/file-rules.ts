/** Runs rules that read one file at a time, without data flow. */
import type { Model } from '../model/model';
import type { Constants } from '../program/constants';
import type { Program } from '../program/program';
import type { Rule } from '../rules/rule';
import type { Span } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { Drafted, Notes } from './decide';

interface Known {
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
}

/** @param facts absent for a file that holds no C */
export function fileDrafts(
  rules: readonly Rule[],
  file: string,
  text: string,
  facts: FileFacts | undefined,
  known: Known,
  notes: Notes,
): Drafted[] {
  const drafts: Drafted[] = [];
  const { program, constants, model } = known;
  for (const rule of rules)
    rule.file?.({
      file,
      text,
      ...(facts ? { facts } : {}),
      program,
      constants,
      model,
      note: (tag, key, value = '') => {
        notes.add(tag, key, value);
      },
      report: (draft) => drafts.push({ rule, draft, file, fn: facts && enclosing(facts, draft.place), raw: true }),
    });
  return drafts;
}

/** The name of the function that a place stands in. */
export function enclosing(facts: FileFacts, place: Span): string | undefined {
  return facts.functions.find((f) => f.start <= place.start && place.end <= f.end)?.name;
}
