/**
 * Rules that read one file at a time. What they said stands as long as the file, the declarations of the workspace and the functions that
 * they looked at in other files are the same: a keystroke in one file asks nothing about the others again.
 */
import type { Span } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { Draft, Rule } from '../rules/rule';
import type { Drafted } from './decide';
import { enclosing } from './file-rules';
import type { Surroundings } from './driver';

type Note = readonly [tag: string, key: string, value: string];
export interface Said {
  readonly drafts: readonly Drafted[];
  readonly notes: readonly Note[];
}
export type SaidByRule = ReadonlyMap<Rule, Said>;

interface Kept {
  readonly facts: FileFacts;
  readonly now: unknown;
  readonly rules: readonly Rule[];
  readonly version: number;
  readonly model: unknown;
  /** Other files whose functions were looked at. */
  readonly read: ReadonlyMap<string, FileFacts | undefined>;
  readonly said: SaidByRule;
}

const NOTHING: SaidByRule = new Map();

export class FileRules {
  private readonly kept = new Map<string, Kept>();

  saidAbout(file: string, rules: readonly Rule[], around: Surroundings): SaidByRule {
    const standing = around.standing(file);
    if (!standing) return NOTHING;
    const { program, model } = around;
    const { facts, now } = standing;
    const old = this.kept.get(file);
    if (
      old?.facts === facts &&
      old.now === now &&
      old.version === program.version &&
      old.model === model &&
      old.rules.length === rules.length &&
      old.rules.every((rule, i) => rule === rules[i]) &&
      [...old.read].every(([other, was]) => program.files.get(other) === was)
    )
      return old.said;
    const said = new Map<Rule, Said>();
    const read = program.definitionsRead(() => {
      for (const rule of rules) if (rule.file) said.set(rule, ask(rule, file, facts, now, around));
    });
    const seen = new Map([...read].map((other) => [other, program.files.get(other)]));
    this.kept.set(file, { facts, now, rules, version: program.version, model, read: seen, said });
    return said;
  }
}

function ask(
  rule: Rule,
  file: string,
  facts: FileFacts,
  now: ((offset: number) => number) | undefined,
  { program, constants, model }: Surroundings,
): Said {
  const drafts: Drafted[] = [];
  const notes: Note[] = [];
  rule.file?.({
    file,
    text: facts.text,
    facts,
    program,
    constants,
    model,
    note: (tag, key, value = '') => void notes.push([tag, key, value]),
    report: (draft) =>
      void drafts.push({
        rule,
        draft: now ? atNow(draft, file, now) : draft,
        file,
        fn: enclosing(facts, draft.place),
        raw: true,
      }),
  });
  return { drafts, notes };
}

/** A draft about a text that was edited since: where it is now, and without fixes. */
function atNow(draft: Draft, file: string, now: (offset: number) => number): Draft {
  const moved = <T extends Span>(span: T): T => ({ ...span, start: now(span.start), end: now(span.end) });
  return {
    ...draft,
    place: moved(draft.place),
    path: draft.path.map((s) => (s.file === file ? moved(s) : s)),
    fixes: [],
    decide: draft.decide && ((facts) => withoutFixes(draft.decide?.(facts))),
  };
}

function withoutFixes(decided: ReturnType<NonNullable<Draft['decide']>>): typeof decided {
  return decided && { ...decided, fixes: [] };
}
