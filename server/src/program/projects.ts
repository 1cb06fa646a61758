/**
 * What a project file says: the sources of each program that it builds, and whether that runs in the kernel. Reads texts, executes nothing.
 */

export type ProgramKind = 'kernel' | 'user' | 'umdf';

export interface BuiltProgram {
  /** The project file, with the target's name where it builds several. */
  readonly id: string;
  /** Absent where the file does not say. */
  readonly kind?: ProgramKind;
  readonly files: readonly string[];
}

/** @param path of a `.vcxproj`, a `sources` file or a `CMakeLists.txt`; paths in it are relative to its folder */
export function programsOf(path: string, text: string): BuiltProgram[] {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const made = (id: string, kind: ProgramKind | undefined, names: readonly string[]): BuiltProgram => ({
    id,
    ...(kind ? { kind } : {}),
    files: [...new Set(names.map((name) => join(folder, name.replace(/\\/g, '/'))))],
  });
  if (/\.vcxproj$/i.test(path))
    return [
      made(
        path,
        kindOfProject(text),
        [...text.matchAll(/<(?:ClCompile|ClInclude)\s+Include="([^"$]+)"/g)].map((m) => m[1] ?? ''),
      ),
    ];
  if (/(^|\/)sources$/i.test(path)) return [made(path, kindOfSources(text), sourceNames(text))];
  return cmakePrograms(path, text, made);
}

function kindOfProject(text: string): ProgramKind | undefined {
  const types = [...text.matchAll(/<ConfigurationType[^>]*>\s*(\w+)\s*</g)].map((m) => m[1]);
  if (/<DriverType[^>]*>\s*UMDF/i.test(text) || /WindowsUserModeDriver/.test(text)) return 'umdf';
  if (types.includes('Driver') || /WindowsKernelModeDriver|<DriverType[^>]*>\s*(KMDF|WDM)/i.test(text)) return 'kernel';
  return types.length > 0 && types.every((t) => t === 'Application' || t === 'DynamicLibrary') ? 'user' : undefined;
}

function kindOfSources(text: string): ProgramKind | undefined {
  if (/^\s*UMDF_VERSION/im.test(text)) return 'umdf';
  const type = /^\s*TARGETTYPE\s*=\s*(\w+)/im.exec(text)?.[1]?.toUpperCase();
  if (type === undefined) return undefined;
  if (type === 'DRIVER' || type === 'DRIVER_LIBRARY' || type === 'EXPORT_DRIVER' || type === 'MINIPORT') return 'kernel';
  return type === 'PROGRAM' || type === 'DYNLINK' || type === 'UMAPPL' ? 'user' : undefined;
}

function cmakePrograms(
  path: string,
  text: string,
  made: (id: string, kind: ProgramKind | undefined, names: readonly string[]) => BuiltProgram,
): BuiltProgram[] {
  const plain = text.replace(/#[^\n]*/g, '');
  const out: BuiltProgram[] = [];
  for (const m of plain.matchAll(
    /\b(wdk_add_driver|wdk_add_library|add_executable|add_library)\s*\(\s*([\w.${}-]+)([^)]*)\)/gi,
  )) {
    const names = sourceNames(m[3] ?? '');
    const kind = /^wdk_/i.test(m[1] ?? '') ? 'kernel' : /executable/i.test(m[1] ?? '') ? 'user' : undefined;
    if (names.length > 0) out.push(made(`${path}#${m[2] ?? ''}`, kind, names));
  }
  const listed = new Set(out.flatMap((p) => p.files));
  const rest = made(path, undefined, sourceNames(plain));
  const left = rest.files.filter((f) => !listed.has(f));
  return left.length > 0 ? [...out, { ...rest, files: left }] : out;
}

function sourceNames(text: string): string[] {
  return [...text.matchAll(/[\w./\\-]+\.(?:c|h|inl)\b/gi)].map((m) => m[0]);
}

function join(folder: string, name: string): string {
  const parts = folder ? folder.split('/') : [];
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
