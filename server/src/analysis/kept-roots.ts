/** Roots of a driver, kept over edits that only touch what functions do inside. */
import type { FunctionDecl } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { Model } from '../model/model';
import { usesOf } from '../program/handed';
import type { Program } from '../program/program';
import type { Heap } from './heap';
import type { Memory } from './memory';
import { roots, type Root } from './roots';

interface Kept {
  readonly files: readonly string[];
  readonly facts: readonly (FileFacts | undefined)[];
  readonly version: number;
  readonly revision: number;
  readonly roots: readonly Root[];
  readonly shape: object;
}

export class Roots {
  private kept: Kept | undefined;

  constructor(
    private readonly program: Program,
    private readonly model: Model,
    private readonly heap: Heap,
    private readonly memory: Memory,
  ) {}

  /** @returns the roots, and an object that is the same as long as they are roots of the same functions in the same order */
  of(files: readonly string[]): { readonly roots: readonly Root[]; readonly shape: object } {
    const { program, kept, model, heap } = this;
    const facts = files.map((f) => program.files.get(f));
    const edited = kept && this.edited(kept, files, facts);
    let list: readonly Root[];
    if (kept && edited) list = edited.size === 0 ? kept.roots : kept.roots.map((r) => asEdited(r, edited));
    else list = roots(program, files, model, heap, this.memory);
    const shape = kept && (edited ?? sameRoots(kept.roots, list)) ? kept.shape : {};
    this.kept = { files, facts, version: program.version, revision: heap.revision, roots: list, shape };
    return { roots: list, shape };
  }

  /** Functions that are other objects than before, when nothing else can have changed. */
  private edited(
    kept: Kept,
    files: readonly string[],
    facts: readonly (FileFacts | undefined)[],
  ): ReadonlyMap<FunctionDecl, FunctionDecl> | undefined {
    if (kept.version !== this.program.version || kept.revision !== this.heap.revision) return undefined;
    if (files.length !== kept.files.length) return undefined;
    const edited = new Map<FunctionDecl, FunctionDecl>();
    for (let i = 0; i < files.length; i++) {
      if (files[i] !== kept.files[i]) return undefined;
      const before = kept.facts[i];
      const now = facts[i];
      if (before === now) continue;
      if (!before || !now || before.functions.length !== now.functions.length) return undefined;
      const was = usesOf(before, this.model);
      const is = usesOf(now, this.model);
      if (!sameNames(was.handed, is.handed) || !sameNames(was.called, is.called)) return undefined;
      for (let j = 0; j < now.functions.length; j++) {
        const a = before.functions[j];
        const b = now.functions[j];
        if (a?.name !== b?.name || !a || !b) return undefined;
        if (a !== b) edited.set(a, b);
      }
    }
    return edited;
  }
}

function asEdited(r: Root, edited: ReadonlyMap<FunctionDecl, FunctionDecl>): Root {
  const decl = edited.get(r.fn.decl);
  return decl ? r.at({ file: r.fn.file, decl }) : r;
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}

function sameRoots(a: readonly Root[], b: readonly Root[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => {
      const y = b[i];
      return y && x.fn.file === y.fn.file && x.fn.decl.name === y.fn.decl.name && x.role === y.role && x.tag === y.tag;
    })
  );
}
