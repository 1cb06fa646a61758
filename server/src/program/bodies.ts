/**
 * Edits that only touch function bodies: functions that did not change keep their objects and the coordinates under which they were
 * analysed, so that everything known about them still stands; one that did change gets coordinates of its own.
 */
import type { FunctionDecl } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { MovedFunction } from './program';

/** Everything of a file but what stands between the braces of its functions, without comments and layout. */
export function outline(facts: FileFacts): string {
  const parts: string[] = [];
  const take = (list: readonly { readonly start: number; readonly end: number }[]): void => {
    for (const d of list) parts.push(facts.text.slice(d.start, d.end));
  };
  take(facts.prototypes);
  take(facts.records);
  take(facts.enums);
  take(facts.typedefs);
  take(facts.globals);
  take(facts.macros);
  take(facts.includes);
  for (const f of facts.functions)
    parts.push(`${f.name}${String(f.params.length)}${f.static ? 's' : ''}`, facts.text.slice(f.start, f.body?.start ?? f.end));
  for (const [name, value] of facts.conditions) parts.push(name, value);
  return parts
    .join('\u0000')
    .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
    .replace(/\s+/g, ' ');
}

/** Own coordinates start beyond every file; a function never needs more room than this. */
export const FIRST = 2 ** 40;
const ROOM = 2 ** 26;

/** Part of a name that changes when an edited function gets new coordinates; empty for a function that was never edited. */
export function version(offset: number): string {
  return offset >= FIRST ? `@${String(offset)}` : '';
}

export class Bodies {
  private readonly texts = new WeakMap<FunctionDecl, string>();

  /** @param next where coordinates of its own start */
  constructor(private next = FIRST) {}

  /** Remembers the text of functions that stand at their place. */
  remember(facts: FileFacts): void {
    for (const f of facts.functions) this.texts.set(f, facts.text.slice(f.start, f.end));
  }

  /** Gives a function that another configuration alone has coordinates of its own. */
  place(f: FunctionDecl, text: string): { readonly decl: FunctionDecl; readonly moved: MovedFunction } {
    const decl = shift(f, this.next - f.start);
    this.next += ROOM;
    return { decl, moved: { start: decl.start, end: decl.end, text: text.slice(f.start, f.end), current: f.start } };
  }

  /**
   * @param old what the analysis knows
   * @param now what was read
   * @returns facts for the analysis, and where its functions are now
   */
  merge(old: FileFacts, now: FileFacts): { facts: FileFacts; moved: readonly MovedFunction[] } {
    const byName = new Map<string, FunctionDecl[]>();
    for (const f of old.functions) {
      const list = byName.get(f.name);
      if (list) list.push(f);
      else byName.set(f.name, [f]);
    }
    const moved: MovedFunction[] = [];
    const functions = now.functions.map((f) => {
      const text = now.text.slice(f.start, f.end);
      const candidates = byName.get(f.name) ?? [];
      const same = candidates.findIndex((o) => this.texts.get(o) === text && o.broken === f.broken);
      let kept = candidates[same];
      if (kept) candidates.splice(same, 1);
      else {
        kept = shift(f, this.next - f.start);
        this.next += ROOM;
        this.texts.set(kept, text);
      }
      moved.push({ start: kept.start, end: kept.end, text, current: f.start });
      return kept;
    });
    return {
      facts: {
        ...old,
        text: now.text,
        lineStarts: now.lineStarts,
        gaps: now.gaps,
        comments: now.comments,
        inactive: now.inactive,
        functions,
      },
      moved,
    };
  }
}

/** A copy of a lowered function at other offsets. */
export function shift(f: FunctionDecl, delta: number): FunctionDecl {
  return moveValue(f, delta) as FunctionDecl;
}

function moveValue(x: unknown, delta: number): unknown {
  if (Array.isArray(x)) return x.map((i: unknown) => moveValue(i, delta));
  if (typeof x !== 'object' || x === null) return x;
  const out: Record<string, unknown> = {};
  for (const [k, v] of Object.entries(x))
    out[k] = (k === 'start' || k === 'end') && typeof v === 'number' ? v + delta : moveValue(v, delta);
  return out;
}
