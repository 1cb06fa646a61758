/**
 * Sources that lie beside a driver and are none of its code: firmware, programs without a project, headers of C++ sources. Says it of one
 * file; memory of its own, by text.
 */
import type { FileFacts } from '../syntax/facts';
import { hasKernelInclude } from './kernel';
import { PRELUDE, type Program } from './program';

/** Why a file that nothing calls user-mode code is not read as kernel code. */
export type Foreign = 'foreign' | 'cpp';

const naming = new WeakMap<FileFacts, boolean>();
const kernelTypes = new WeakMap<FileFacts, ReadonlySet<string>>();

/** Whether the file, or a header that it includes, names anything of the kernel: a header, a structure, an interface. */
export function namesKernel(file: string, program: Program, isInterface: (name: string) => boolean): boolean {
  if (program.drivers.kindOf(file) === 'kernel') return true;
  for (const path of [file, ...program.includes.closure(file)]) {
    const facts = program.files.get(path);
    if (!facts) continue;
    let names = naming.get(facts);
    if (names === undefined) {
      const types = structures(program);
      names =
        hasKernelInclude(path, program) ||
        (withoutComments(facts.text).match(/\b[A-Z]\w*/g) ?? []).some((w) => w === 'NTSTATUS' || types.has(w) || isInterface(w));
      naming.set(facts, names);
    }
    if (names) return true;
  }
  return false;
}

/** Structures that the kernel declares, with the names under which they go. */
function structures(program: Program): ReadonlySet<string> {
  const prelude = program.files.get(PRELUDE);
  if (!prelude) return new Set();
  let known = kernelTypes.get(prelude);
  if (!known) {
    known = new Set(prelude.records.flatMap(({ name }) => [name, name.replace(/^_/, ''), name.replace(/^_/, 'P')]));
    kernelTypes.set(prelude, known);
  }
  return known;
}

const CPP =
  /\bnullptr\b|\b(?:static|reinterpret|const)_cast\s*<|\bnamespace\s+\w+(?:::\w+)*\s*\{|\btemplate\s*<|\bclass\s+\w+\s*(?:final\s*)?[:{]/;
const written = new WeakMap<FileFacts, boolean>();

/** Text that only a C++ compiler takes. A header that asks which compiler reads it is for both. */
export function isCpp(facts: FileFacts): boolean {
  let is = written.get(facts);
  if (is === undefined) {
    is = CPP.test(facts.text) && !/\b__cplusplus\b/.test(facts.text) && CPP.test(withoutComments(facts.text));
    written.set(facts, is);
  }
  return is;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, ' ');
}
