/**
 * Fixes that replace plain accesses of shared memory by accessors. Names come from the model's data and from what the driver uses.
 */
import type { Access, OriginHit } from '../../analysis/events';
import type { AssignExpr, Expr, Span, UpdateExpr } from '../../syntax/ast';
import type { Fix } from '../finding';
import { expressions } from '../../syntax/walk';
import type { DriverFacts, RuleContext } from '../rule';
import { accessorFor, type Accessor, type Order } from './spelling';

/** Read through an accessor. `acquire`: the value is the other side's index, so what is read after it must stay after it. */
export function readFixes(e: Access, hit: OriginHit, acquire: boolean, facts: DriverFacts, cx: RuleContext): readonly Fix[] {
  if (e.bitField || hit.origin === 'UserVA' || !isPlace(e.x, cx)) return [];
  if (e.whole) return [];
  if (acquire && !aligned(hit, e)) return [];
  const a = accessorFor('Read', e.ty, acquire ? 'Acquire' : 'NoFence', facts, known(cx));
  if (!a) return [];
  const call = `${a.name}(${argument(e.place, a, cx)})`;
  return [
    {
      title: acquire ? `Read with ${a.name}, so that elements are read after it` : `Read once with ${a.name}`,
      class: acquire ? 'suggestion' : 'safe',
      edits: [{ file: cx.file, start: e.place.start, end: e.place.end, newText: e.ty.k === 'ptr' ? call : call }],
    },
  ];
}

/** Store through an accessor. */
export function writeFixes(e: Access, order: Order, facts: DriverFacts, cx: RuleContext): readonly Fix[] {
  if (e.bitField || e.whole || !isPlace(e.x, cx)) return [];
  const whole = assignmentOf(e.place, cx);
  if (whole?.kind !== 'asg' || whole.op !== '') return [];
  const a = accessorFor('Write', e.ty, order, facts, known(cx));
  if (!a) return [];
  return [
    {
      title: order === 'Release' ? `Publish with ${a.name}` : `Write with ${a.name}`,
      class: order === 'Release' ? 'suggestion' : 'safe',
      edits: [
        {
          file: cx.file,
          start: whole.start,
          end: whole.end,
          newText: `${a.name}(${argument(e.place, a, cx)}, ${cx.text(whole.r)})`,
        },
      ],
    },
  ];
}

const INTERLOCKED: Readonly<Record<number, readonly [string, string]>> = {
  1: ['8', 'CHAR'],
  2: ['16', 'SHORT'],
  4: ['', 'LONG'],
  8: ['64', 'LONG64'],
};

/** An index with one writer is stored with release; flags that both sides write are changed by one interlocked operation. */
export function rmwFixes(e: Access, facts: DriverFacts, cx: RuleContext): readonly Fix[] {
  if (e.bitField || e.size === undefined || e.ty.k !== 'int' || !isPlace(e.x, cx)) return [];
  const whole = assignmentOf(e.place, cx);
  if (!whole || !isStatement(whole, cx)) return [];
  const text = cx.text(e.place);
  const by = whole.kind === 'upd' ? '1' : cx.text(whole.r);
  const edit = (newText: string, title: string): readonly Fix[] => [
    { title, class: 'suggestion', edits: [{ file: cx.file, start: whole.start, end: whole.end, newText }] },
  ];
  if (e.op === '|' || e.op === '&') {
    const [suffix, type] = INTERLOCKED[e.size] ?? [];
    if (suffix === undefined || type === undefined) return [];
    const name = `Interlocked${e.op === '|' ? 'Or' : 'And'}${suffix}`;
    const cast = e.ty.name === type ? '' : `(volatile ${type} *)`;
    return edit(`${name}(${cast}${address(text)}, ${simple(by)})`, `Use ${name}: both sides write these flags`);
  }
  if (e.op !== '+' && e.op !== '-') return [];
  const read = accessorFor('Read', e.ty, 'NoFence', facts, known(cx));
  const write = accessorFor('Write', e.ty, 'Release', facts, known(cx));
  if (!read || !write) return [];
  const sum = `${read.name}(${argument(e.place, read, cx)}) ${e.op} ${simple(by)}`;
  return edit(
    `${write.name}(${argument(e.place, write, cx)}, ${sum})`,
    `Store with ${write.name}: right when this side alone writes it`,
  );
}

/** The assignment or update whose left side a place is. */
export function assignmentOf(place: Span, cx: RuleContext): AssignExpr | UpdateExpr | undefined {
  for (const x of expressions(cx.fn.body)) {
    const target = x.kind === 'asg' ? x.l : x.kind === 'upd' ? x.x : undefined;
    if (target?.start === place.start && target.end === place.end && (x.kind === 'asg' || x.kind === 'upd')) return x;
  }
  return undefined;
}

/** Its value is thrown away: it stands where a statement starts and ends. */
function isStatement(x: Span, cx: RuleContext): boolean {
  return (
    /[;{}):]\s*$/.test(
      cx.text({ start: Math.max(cx.fn.start, x.start - 200), end: x.start }).replace(/\/\/[^\n]*\n|\/\*[\s\S]*?\*\//g, ''),
    ) && /^\s*;/.test(cx.text({ start: x.end, end: Math.min(cx.fn.end, x.end + 20) }))
  );
}

/** The source shows the place itself, not a macro that makes it. */
function isPlace(x: Expr, cx: RuleContext): boolean {
  const text = cx.text(x).trim();
  switch (x.kind) {
    case 'fld':
      return text.endsWith(x.name);
    case 'idx':
      return text.endsWith(']');
    case 'un':
      return text.startsWith('*');
    default:
      return false;
  }
}

function aligned(hit: OriginHit, e: Access): boolean {
  const off = hit.target.off;
  return e.size !== undefined && off?.t.length === 0 && off.c % e.size === 0;
}

function known(cx: RuleContext): (name: string) => boolean {
  return (name) => cx.model.api(name) !== undefined || cx.program.macro(name, cx.file) !== undefined;
}

function address(text: string): string {
  return text.startsWith('*') ? text.slice(1).trim() : `&${text}`;
}

function argument(place: Span, a: Accessor, cx: RuleContext): string {
  const to = address(cx.text(place));
  if (a.cast === undefined) return to;
  const needs = /^[&\w]/.test(to) && !/[+\-?]/.test(to.replace(/->/g, ''));
  return `(volatile ${a.cast} *)${needs ? to : `(${to})`}`;
}

/** In parentheses unless it is one operand. */
function simple(text: string): string {
  return /^~?[\w.]+$/.test(text) || /^\w+\([^()]*\)$/.test(text) || /^\(.*\)$/s.test(text) || /^[\w.>[\]-]+$/.test(text)
    ? text
    : `(${text})`;
}
