/**
 * What rules that need no data flow said. It stands as long as the file or the function, the declarations of the workspace and the
 * functions that they looked at are the same: a keystroke in one function asks nothing about the others again.
 */
import { Reading } from '../program/program';
import type { FunctionDecl, Span } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { Draft, Rule } from '../rules/rule';
import type { Drafted } from './decide';
import { askOfFile, askOfFunction, type Note, type Said } from './file-rules';
import type { Surroundings } from './driver';

interface Kept {
  readonly rules: readonly Rule[];
  readonly version: number;
  readonly model: unknown;
  readonly reading: Reading;
  readonly said: Said;
}
interface KeptFile extends Kept {
  readonly facts: FileFacts;
  readonly now: unknown;
}
interface KeptAll {
  readonly facts: FileFacts | undefined;
  readonly ofFile: Said;
  readonly functions: Kept;
}

const NOTHING: Said = { drafts: [], notes: [] };

export class FileRules {
  private readonly files = new Map<string, KeptFile>();
  private readonly functions = new WeakMap<FunctionDecl, Kept>();
  private readonly all = new Map<string, KeptAll>();

  saidAbout(file: string, rules: readonly Rule[], around: Surroundings): Said {
    const ofFile = this.ofFile(file, rules, around);
    const facts = around.program.files.get(file);
    const old = this.all.get(file);
    if (old?.facts === facts && old?.ofFile === ofFile && stands(old.functions, rules, around)) return old.functions.said;
    const reading = new Reading();
    const drafts: Drafted[] = [...ofFile.drafts];
    const notes: Note[] = [...ofFile.notes];
    for (const fn of facts?.functions ?? []) {
      const kept = this.ofFunction(fn, file, rules, around);
      drafts.push(...kept.said.drafts);
      notes.push(...kept.said.notes);
      // Functions of this file stand as long as its facts do.
      for (const [decl, d] of kept.reading.functions) if (d.file !== file) reading.functions.set(decl, d);
      reading.checks.push(...kept.reading.checks);
    }
    const { version } = around.program;
    const functions: Kept = { rules, version, model: around.model, reading, said: { drafts, notes } };
    this.all.set(file, { facts, ofFile, functions });
    return functions.said;
  }

  private ofFunction(fn: FunctionDecl, file: string, rules: readonly Rule[], around: Surroundings): Kept {
    const { program, model } = around;
    const old = this.functions.get(fn);
    if (old && stands(old, rules, around)) return old;
    const said: Said = { drafts: [], notes: [] };
    const slice = (span: Span): string => program.slice(file, span);
    const reading = program.readBy(() => {
      if (!fn.body) return;
      for (const rule of rules)
        askOfFunction(
          rule,
          fn,
          file,
          slice,
          around,
          (draft) => said.drafts.push({ rule, draft, file, fn: fn.name, raw: false }),
          (note) => said.notes.push(note),
        );
    });
    const kept = { rules, version: program.version, model, reading, said };
    this.functions.set(fn, kept);
    return kept;
  }

  private ofFile(file: string, rules: readonly Rule[], around: Surroundings): Said {
    const standing = around.standing(file);
    if (!standing) return NOTHING;
    const { program, model } = around;
    const { facts, now } = standing;
    const old = this.files.get(file);
    if (old?.facts === facts && old.now === now && stands(old, rules, around)) return old.said;
    const said: Said = { drafts: [], notes: [] };
    const reading = program.readBy(() => {
      for (const rule of rules) askOfFile(rule, file, facts.text, facts, around, said);
    });
    const drafts = now ? said.drafts.map((d) => ({ ...d, draft: atNow(d.draft, file, now) })) : said.drafts;
    const kept = { facts, now, rules, version: program.version, model, reading, said: { drafts, notes: said.notes } };
    this.files.set(file, kept);
    return kept.said;
  }
}

function stands(kept: Kept, rules: readonly Rule[], { program, model }: Surroundings): boolean {
  return (
    kept.version === program.version &&
    kept.model === model &&
    kept.rules.length === rules.length &&
    kept.rules.every((rule, i) => rule === rules[i]) &&
    program.stands(kept.reading)
  );
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
