/**
 * Which driver a file belongs to: the project file that names it, else its folder. Decides nothing about code.
 */
export class DriverMap {
  /** Source file to project file. */
  private readonly members = new Map<string, string>();

  /** Takes the text of a `.vcxproj`, a `sources` file or a `CMakeLists.txt`; paths in it are relative to its folder. */
  setProject(path: string, text: string): void {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    for (const name of sourcesOf(path, text)) {
      const file = join(folder, name.replace(/\\/g, '/'));
      if (!this.members.has(file)) this.members.set(file, path);
    }
  }

  removeProject(path: string): void {
    for (const [file, project] of this.members) if (project === path) this.members.delete(file);
  }

  /** A name for the driver of a file. */
  of(file: string): string {
    return this.members.get(file) ?? (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '');
  }
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
