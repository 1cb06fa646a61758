/**
 * The index of documented interfaces, for hovers. `data/ddi.json` holds columns of text, one row an interface, names in order of UTF-16
 * units; small numbers are base 36 and index the `*Table` columns. The columns are split when the first name is asked for, never before:
 * the command line must not pay for them.
 */
import data from './data/ddi.json';
import type { DdiFact } from './model';

const kinds = ['function', 'macro', 'callback', 'struct', 'enum', 'ioctl', 'method'] as const;
const slugKinds: readonly string[] = ['nf', 'nf', 'nc', 'ns', 'ne', 'ni', 'nf'];
const directions: Readonly<Record<string, string>> = {
  '<': 'in',
  '>': 'out',
  '=': 'inout',
  '(': 'in?',
  ')': 'out?',
  '~': 'inout?',
};

type Column = 'headers' | 'irqls' | 'returns' | 'mins' | 'params' | 'slugs';
const columns: readonly Column[] = ['headers', 'irqls', 'returns', 'mins', 'params', 'slugs'];

interface Decoded {
  readonly names: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
  readonly columns: Readonly<Record<Column, readonly string[]>>;
  readonly tables: Readonly<Record<'header' | 'irql' | 'returns' | 'min' | 'param', readonly string[]>>;
  readonly aka: ReadonlyMap<string, string>;
}

/** Answers by name; decodes on the first question. */
export interface DdiIndex {
  find(name: string): DdiFact | undefined;
  /** True once the columns have been split. */
  readonly decoded: boolean;
}

export function createDdiIndex(): DdiIndex {
  let decoded: Decoded | undefined;
  return {
    find(name) {
      decoded ??= decode();
      return lookUp(decoded, name);
    },
    get decoded() {
      return decoded !== undefined;
    },
  };
}

function decode(): Decoded {
  const split = (text: string): readonly string[] => text.split('\n');
  const names = split(data.names);
  const rows = new Map(names.map((name, row) => [name, row]));
  const aka = new Map<string, string>();
  for (const line of split(data.aka)) {
    const [other, name] = line.split('\t');
    if (other && name) aka.set(other, name);
  }
  return {
    names,
    rows,
    aka,
    columns: Object.fromEntries(columns.map((column) => [column, split(data[column])])) as Record<Column, readonly string[]>,
    tables: {
      header: split(data.headerTable),
      irql: split(data.irqlTable),
      returns: split(data.returnsTable),
      min: split(data.minTable),
      param: split(data.paramTable),
    },
  };
}

/** The exact name; else another name of the same type, the tag or pointer form of a type, or the newest version of a versioned name. */
function lookUp(index: Decoded, name: string): DdiFact | undefined {
  const exact = index.rows.get(name) ?? index.rows.get(index.aka.get(name) ?? '');
  if (exact !== undefined) return fact(index, exact);
  for (const stripped of [/^_+(.+)$/, /^PC?(.+)$/, /^L?P(.+)$/]) {
    const row = index.rows.get(stripped.exec(name)?.[1] ?? '');
    if (row !== undefined && isType(row)) return fact(index, row);
  }
  if (/^Fwp|^FWP/.test(name)) {
    for (const version of ['3', '2', '1', '0']) {
      const row = index.rows.get(name + version);
      if (row !== undefined) return fact(index, row);
    }
  }
  return undefined;
}

function isType(row: number): boolean {
  return ['struct', 'enum', 'callback'].includes(kinds[Number(data.kinds[row])] ?? '');
}

function fact(index: Decoded, row: number): DdiFact {
  const cell = (column: Column): string => index.columns[column][row] ?? '';
  const entry = (table: keyof Decoded['tables'], column: Column): string => index.tables[table][parseInt(cell(column), 36)] ?? '';
  const kind = Number(data.kinds[row]);
  const flags = Number(data.flags[row]);
  const name = index.names[row] ?? '';
  const header = entry('header', 'headers');
  const params = [...cell('params').matchAll(/([^0-9a-z])([0-9a-z]+)/g)].map(([, direction, number]) => ({
    name: index.tables.param[parseInt(number ?? '', 36)] ?? '',
    dir: directions[direction ?? ''],
  }));
  return {
    name,
    kind: kinds[kind] ?? 'function',
    header: header || undefined,
    irql: entry('irql', 'irqls') || undefined,
    params: params.length > 0 ? params : undefined,
    returns: entry('returns', 'returns') || undefined,
    min: entry('min', 'mins') || undefined,
    deprecated: (flags & 1) !== 0 || undefined,
    reserved: (flags & 2) !== 0 || undefined,
    slug: slug(cell('slugs'), kind, header, name),
  };
}

/** A cell is the whole slug after a `/`, or the page's folder (empty: the header's) with a `_` behind when the name has one before it. */
function slug(cell: string, kind: number, header: string, name: string): string {
  if (cell.startsWith('/')) return cell.slice(1);
  const tagged = cell.endsWith('_');
  const folder = (tagged ? cell.slice(0, -1) : cell) || header.replace(/\.h$/, '');
  return `${folder}/${slugKinds[kind] ?? ''}-${folder}-${tagged ? '_' : ''}${name.toLowerCase().replace('::', '-')}`;
}
