/**
 * Tables that say beside each handler what it asks for (`{ CODE, sizeof(REQUEST), Handler }`). In the code that looks a row up, the numbers of
 * a row are numbers of any row; where one handler is called, they are those of its own.
 */
import type { Expr, FunctionDecl, VarDecl } from '../syntax/ast';
import type { Rec, Ty } from '../program/types';
import { siteOf } from './made-values';
import type { Frame } from './frame';
import type { State } from './state';
import { constant, lin, minus, scale, single, ZERO, type Atom } from './term';
import { elsewhere, makeTarget, type Target } from './value';

/** A row: what its members are set to, by their names. */
type Row = ReadonlyMap<string, Expr>;
interface Table {
  readonly name: string;
  readonly file: string;
  readonly storage: string | undefined;
  readonly rec: Rec;
  readonly rows: readonly Row[];
}

/** Longer tables are no tables of handlers. */
const MOST_ROWS = 128;

const read = new WeakMap<VarDecl, Table | false>();

/** What the row of a handler says of its numbers is known where the handler is called through the table. */
export function narrowToRow(handler: { readonly decl: FunctionDecl }, place: Expr, s: State, f: Frame): void {
  for (const table of tablesOf(f)) {
    const rows = table.rows.filter((r) => [...r.values()].some((x) => bare(x) === handler.decl.name));
    if (rows.length === 0) continue;
    for (const field of table.rec.fields) {
      if (field.ty.k !== 'int') continue;
      const numbers = rows.map((r) => numberIn(r.get(field.name), table.file, f));
      if (numbers.some((n) => n === undefined)) continue;
      const known = numbers as readonly number[];
      const held = single(f.memory.load(s, [member(table, field.name, f)], field.ty, { site: siteOf(f, place), plain: true }).t);
      if (held) settle(held, Math.min(...known), Math.max(...known), s);
    }
  }
}

/** A member that the row leaves out is zero. */
function numberIn(x: Expr | undefined, file: string, f: Frame): number | undefined {
  return x ? f.constants.evaluate(x, file) : 0;
}

/** What was compared with a number of the row was compared with a constant. */
function settle(held: Atom, lo: number, hi: number, s: State): void {
  if (lo === hi)
    for (const b of s.bounds.relationsOf(held)) {
      const k = b.form.t.find(([x]) => x === held)?.[1] ?? 0;
      const rest = minus(b.form, scale(lin(held), k));
      s.bounds.weaken(b.form, -Infinity, Infinity);
      s.bounds.add(rest, b.lo - k * lo, b.hi - k * lo);
      // A handler that is not given the lower half of a length knows the length.
      const half = rest.t[0]?.[0];
      const whole = rest.t.length === 1 && half?.key.startsWith('narrow') ? half.args[0] : undefined;
      if (half && whole) s.bounds.add(whole, s.bounds.range(lin(half), 0).lo, Infinity);
    }
  s.bounds.add(lin(held), lo, hi);
}

/** Any element of the table, as it is named where the index is not known. */
function member(table: Table, field: string, f: Frame): Target {
  const ty: Ty = { k: 'rec', rec: table.rec };
  const base = f.globalBase(table.name, table.storage === 'static' ? table.file : '');
  const whole = makeTarget(base, undefined, '', ZERO);
  const root = f.memory.keyOf(ty);
  const element = root === undefined ? elsewhere(whole, undefined, '[]', undefined) : elsewhere(whole, root, '', constant(0));
  return f.memory.field(element, field, ty);
}

function* tablesOf(f: Frame): Generator<Table> {
  for (const file of f.analyzer.files)
    for (const g of f.program.files.get(file)?.globals ?? []) {
      if (g.init?.kind !== 'init') continue;
      let table = read.get(g);
      // The type of the rows may stand in a header that was edited meanwhile.
      if (table === undefined || (table && rowType(g, file, f)?.decl !== table.rec.decl))
        read.set(g, (table = tableIn(g, file, f) ?? false));
      if (table) yield table;
    }
}

function rowType(g: VarDecl, file: string, f: Frame): Rec | undefined {
  const ty = f.types.resolve(g.type, file);
  return ty.k === 'arr' && ty.of.k === 'rec' ? ty.of.rec : undefined;
}

function tableIn(g: VarDecl, file: string, f: Frame): Table | undefined {
  const rec = rowType(g, file, f);
  const { init } = g;
  if (!rec || init?.kind !== 'init' || init.items.length > MOST_ROWS) return undefined;
  if (!rec.fields.some((x) => x.ty.k === 'int') || !rec.fields.some((x) => x.ty.k === 'ptr' || x.ty.k === 'fn')) return undefined;
  const rows: Row[] = [];
  for (const item of init.items) {
    const row = item.value.kind === 'init' ? rowIn(item.value, rec) : undefined;
    if (!row) return undefined;
    rows.push(row);
  }
  return { name: g.name, file, storage: g.storage, rec, rows };
}

function rowIn(x: Expr & { kind: 'init' }, rec: Rec): Row | undefined {
  const row = new Map<string, Expr>();
  let at = 0;
  for (const item of x.items) {
    const [named, deeper] = item.designator;
    if (deeper !== undefined || (named !== undefined && typeof named !== 'string')) return undefined;
    if (named !== undefined) at = rec.fields.findIndex((y) => y.name === named);
    const field = rec.fields[at++];
    if (!field) return undefined;
    row.set(field.name, item.value);
  }
  return row;
}

function bare(x: Expr): string | undefined {
  while (x.kind === 'cast' || (x.kind === 'un' && x.op === '&')) x = x.x;
  return x.kind === 'id' ? x.name : undefined;
}
