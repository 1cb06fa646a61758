/**
 * Which driver a file belongs to: the program that a build file makes of it, else what `fencepost.json` says, else its folder; and what is
 * defined for it. Decides nothing about code.
 */
import ignore, { type Ignore } from 'ignore';
import type { ProjectBuild } from '../model/model';
import type { MacroDecl } from '../syntax/ast';
import { asMacro, definesOf } from './project-defines';
import { programsOf, type BuiltProgram, type ProgramKind } from './projects';

const RANK: Readonly<Record<ProgramKind | 'unsaid', number>> = { kernel: 0, unsaid: 1, umdf: 2, user: 3 };

export class DriverMap {
  private readonly programs = new Map<string, readonly BuiltProgram[]>();
  /** Programs that each file is built into, the one that names it first. */
  private members: Map<string, BuiltProgram[]> | undefined;

  /** Project file to what it passes to the compiler. */
  private readonly defines = new Map<string, ReadonlyMap<string, MacroDecl>>();

  private readonly nearest = new Map<string, readonly string[]>();
  /** What `fencepost.json` says. */
  private told: readonly Told[] = [];
  private toldToAll: ReadonlyMap<string, MacroDecl> = new Map();
  private prefix = '';

  /** Takes what `fencepost.json` says of drivers and defines. */
  configure(build: ProjectBuild | undefined): void {
    this.prefix = build === undefined || build.prefix === '' ? '' : `${build.prefix}/`;
    this.told = (build?.drivers ?? []).map(({ name, files, defines }) => ({
      name,
      files: ignore().add([...files]),
      defines: macros(defines),
    }));
    this.toldToAll = macros(build?.defines ?? new Map());
  }

  private toldOf(file: string): Told | undefined {
    return this.told.find(({ files }) => files.ignores(this.prefix + file));
  }

  /** Takes the text of a `.vcxproj`, a `sources` file or a `CMakeLists.txt`. */
  setProject(path: string, text: string): void {
    this.programs.set(path, programsOf(path, text));
    const defines = definesOf(path, text);
    if (defines.size > 0) this.defines.set(path, defines);
    else this.defines.delete(path);
    this.members = undefined;
    this.nearest.clear();
  }

  removeProject(path: string): void {
    this.defines.delete(path);
    this.nearest.clear();
    if (this.programs.delete(path)) this.members = undefined;
  }

  /** A name for the driver of a file. */
  of(file: string): string {
    return this.builtInto(file)[0]?.id ?? this.toldOf(file)?.name ?? folderOf(file);
  }

  /** Where a file runs, as far as project files say; a file that is built into a driver as well is kernel code. */
  kindOf(file: string): ProgramKind | undefined {
    return this.builtInto(file)[0]?.kind ?? (this.toldOf(file) && 'kernel');
  }

  /**
   * What the project of a file defines a name to be. For a file that no project names, the projects of its folder say it: those that build
   * what comes nearest to a driver, and only where they agree.
   */
  define(name: string, file: string): MacroDecl | undefined {
    const told = this.toldOf(file)?.defines.get(name) ?? this.toldToAll.get(name);
    if (told || this.defines.size === 0) return told;
    const own = this.builtInto(file)[0]?.id;
    if (own !== undefined) {
      for (const [project, defines] of this.defines) {
        const decl = own === project || own.startsWith(`${project}#`) ? defines.get(name) : undefined;
        if (decl) return decl;
      }
      return undefined;
    }
    let answer: MacroDecl | undefined;
    for (const project of this.nearestToDrivers(folderOf(file))) {
      const decl = this.defines.get(project)?.get(name);
      if (answer && decl && decl.body !== answer.body) return undefined;
      answer ??= decl;
    }
    return answer;
  }

  /** The projects of a folder that build what comes nearest to a driver. */
  private nearestToDrivers(folder: string): readonly string[] {
    const known = this.nearest.get(folder);
    if (known) return known;
    let best = Infinity;
    let found: string[] = [];
    for (const [project, programs] of this.programs) {
      if (folderOf(project) !== folder) continue;
      const rank = Math.min(...programs.map((p) => RANK[p.kind ?? 'unsaid']), RANK.user);
      if (rank < best) [best, found] = [rank, []];
      if (rank === best) found.push(project);
    }
    this.nearest.set(folder, found);
    return found;
  }

  private builtInto(file: string): readonly BuiltProgram[] {
    let { members } = this;
    if (!members) {
      members = new Map();
      for (const list of this.programs.values())
        for (const p of list)
          for (const f of p.files) {
            const known = members.get(f);
            if (known) known.push(p);
            else members.set(f, [p]);
          }
      // Drivers before programs that share their code, near projects before far ones, whatever the order in which they came.
      for (const [f, list] of members)
        list.sort(
          (a, b) =>
            RANK[a.kind ?? 'unsaid'] - RANK[b.kind ?? 'unsaid'] ||
            shared(b.id, f) - shared(a.id, f) ||
            (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
        );
      this.members = members;
    }
    return members.get(file) ?? [];
  }
}

interface Told {
  readonly name: string;
  readonly files: Ignore;
  readonly defines: ReadonlyMap<string, MacroDecl>;
}

function macros(defines: ReadonlyMap<string, string>): ReadonlyMap<string, MacroDecl> {
  return new Map([...defines].map(([name, body]) => [name, asMacro(name, body)]));
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** How many leading folders two paths share. */
function shared(a: string, b: string): number {
  const x = a.split('/').slice(0, -1);
  const y = b.split('/').slice(0, -1);
  let n = 0;
  while (n < x.length && n < y.length && x[n] === y[n]) n++;
  return n;
}
