/**
 * Names for memory as the reader of one function has them: what a parameter points to, and what is reached from there. Data and text only.
 */
import type { Target } from '../value';

/** An object that is reached through a parameter, and a place in it. */
export interface ParamPlace {
  readonly param: number;
  /** How the pointer to the object is written, `%` being the parameter: `%`, `%->Ring`, `(*%)`. */
  readonly pointer: string;
  /** The field in that object; empty for the object itself. */
  readonly path: string;
}

/** A place, or a text that no parameter leads to. */
export type Named = ParamPlace | { readonly text: string };

export function isParam(n: Named | undefined): n is ParamPlace {
  return n !== undefined && 'param' in n;
}

/** The place that a parameter points to. */
export function parameter(param: number): ParamPlace {
  return { param, pointer: '%', path: '' };
}

export function placeText(p: Named, params: readonly string[]): string {
  if (!isParam(p)) return p.text;
  const name = p.pointer.replace('%', params[p.param] ?? `parameter ${String(p.param + 1)}`);
  return p.path === '' ? name : p.path.startsWith('[') ? `${name}${p.path}` : `${name}->${p.path}`;
}

/** The object at a place, where its address alone does not tell it from the pointer. */
export function contentText(p: Named, params: readonly string[]): string {
  return isParam(p) && p.path === '' ? `*${placeText(p, params)}` : placeText(p, params);
}

/** The object that a pointer at this place points to. */
export function followed(p: ParamPlace): ParamPlace {
  const pointer = p.path === '' ? `(*${p.pointer})` : `${p.pointer}${p.path.startsWith('[') ? '' : '->'}${p.path}`;
  return { param: p.param, pointer, path: '' };
}

/** A place of a callee as its caller has it, which gave `argument` for the parameter. */
export function through(p: ParamPlace, argument: ParamPlace): ParamPlace {
  if (p.pointer === '%') return { ...argument, path: joined(argument.path, p.path) };
  const at = followed(argument).pointer;
  const pointer =
    argument.path === ''
      ? p.pointer.replace('%', argument.pointer)
      : p.pointer.replace('(*%)', at).replace('%->', `${at}.`).replace('%', at);
  return { param: argument.param, pointer, path: p.path };
}

function joined(a: string, b: string): string {
  return a === '' ? b : b === '' ? a : b.startsWith('[') ? `${a}${b}` : `${a}.${b}`;
}

/** Which objects the parameters of one run lead to. Deeper ones are learned while the function runs. */
export class Places {
  private readonly objects = new Map<string, { readonly from: string; readonly place: ParamPlace }[]>();

  add(t: Target, place: ParamPlace): void {
    const list = this.objects.get(t.base.key);
    if (!list) this.objects.set(t.base.key, [{ from: t.path, place }]);
    else if (!list.some((o) => o.from === t.path)) list.push({ from: t.path, place });
  }

  knows(t: Target): boolean {
    return this.objects.has(t.base.key);
  }

  of(t: Target): ParamPlace | undefined {
    let best: { readonly from: string; readonly place: ParamPlace } | undefined;
    for (const o of this.objects.get(t.base.key) ?? [])
      if (isUnder(t.path, o.from) && (!best || o.from.length > best.from.length)) best = o;
    best ??= this.objects.get(t.base.key)?.[0];
    if (!best) return undefined;
    const rest = isUnder(t.path, best.from) ? t.path.slice(best.from.length).replace(/^\./, '') : t.path;
    return { ...best.place, path: joined(best.place.path, tidy(rest)) };
  }

  /** The first target that a parameter leads to. */
  first(list: readonly Target[]): ParamPlace | undefined {
    for (const t of list) {
      const p = this.of(t);
      if (p) return p;
    }
    return undefined;
  }
}

function isUnder(path: string, prefix: string): boolean {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

/** Without element numbers and the marks of the analysis. */
function tidy(path: string): string {
  return path.replace(/[+~$]\w*/g, '[]').replace(/(\[\d*\])+/g, '[]');
}
