/**
 * Which driver a file belongs to: the project file that names it, else its folder; and what its project defines. Decides nothing about
 * code.
 */
import type { MacroDecl } from '../syntax/ast';
import { definesOf } from './project-defines';

export class DriverMap {
  /** Source file to project file. */
  private readonly members = new Map<string, string>();

  /** Project file to what it passes to the compiler. */
  private readonly defines = new Map<string, ReadonlyMap<string, MacroDecl>>();

  /** Takes the text of a `.vcxproj`, a `sources` file or a `CMakeLists.txt`; paths in it are relative to its folder. */
  setProject(path: string, text: string): void {
    const folder = folderOf(path);
    const defines = definesOf(path, text);
    if (defines.size > 0) this.defines.set(path, defines);
    for (const name of sourcesOf(path, text)) {
      const file = join(folder, name.replace(/\\/g, '/'));
      if (!this.members.has(file)) this.members.set(file, path);
    }
  }

  removeProject(path: string): void {
    this.defines.delete(path);
    for (const [file, project] of this.members) if (project === path) this.members.delete(file);
  }

  /** A name for the driver of a file. */
  of(file: string): string {
    return this.members.get(file) ?? folderOf(file);
  }

  /** What the project of a file defines a name to be; for a file that no project names, the projects of its folder. */
  define(name: string, file: string): MacroDecl | undefined {
    if (this.defines.size === 0) return undefined;
    const own = this.members.get(file);
    if (own !== undefined) return this.defines.get(own)?.get(name);
    const folder = folderOf(file);
    for (const [project, defines] of this.defines)
      if (folderOf(project) === folder && defines.has(name)) return defines.get(name);
    return undefined;
  }
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function* sourcesOf(path: string, text: string): Generator<string> {
  if (/\.vcxproj$/i.test(path)) {
    for (const m of text.matchAll(/<(?:ClCompile|ClInclude)\s+Include="([^"$]+)"/g)) if (m[1]) yield m[1];
    return;
  }
  for (const m of text.matchAll(/[\w./\\-]+\.(?:c|h|inl)\b/gi)) yield m[0];
}

function join(folder: string, name: string): string {
  const parts = folder ? folder.split('/') : [];
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
