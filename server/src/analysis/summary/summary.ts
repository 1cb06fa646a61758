/**
 * The summary of a function: what it does to its parameters and to its surroundings, itself or through the functions it calls. Computed when
 * somebody asks, from the runs that the analysis has made, so that the answer is the one on which findings stand.
 */
import type { FunctionDecl } from '../../syntax/ast';
import type { Declared } from '../../program/program';
import type { Place } from '../../rules/finding';
import type { Analyzer } from '../analyzer';
import { key } from '../names';
import { words } from '../origins';
import { deedKey, deedsObserver, newDeeds, type Deed, type DeedKind, type Deeds } from './deeds';
import { contentText, isParam, placeText, through, type Named } from './places';

export interface Summary {
  readonly name: string;
  readonly place: Place;
  /** One plain sentence each. */
  readonly facts: readonly string[];
}

/** Callees of callees are followed so far, and not more functions than this are run again for one answer. */
const MAX_DEPTH = 4;
const MAX_FUNCTIONS = 80;

const ORDER: readonly DeedKind[] = [
  'try',
  'checks',
  'probes',
  'reads',
  'copies',
  'writes',
  'gives',
  'returns',
  'frees',
  'orders',
  'locks',
  'irql',
  'waits',
  'request',
  'unknown',
];

const ALWAYS: ReadonlySet<DeedKind> = new Set<DeedKind>(['try', 'locks', 'probes', 'checks']);

/** Every function of this name. */
export function summariesOf(a: Analyzer, name: string): Summary[] {
  return a.program
    .functionsNamed(name)
    .filter((d) => d.decl.body !== undefined && a.files.includes(d.file))
    .map((d) => summaryOf(a, d))
    .sort((x, y) => (x.place.file < y.place.file ? -1 : x.place.file > y.place.file ? 1 : x.place.start - y.place.start));
}

/** @returns sentences in a fixed order: what it needs, what it does to its parameters, what it does besides */
export function summaryOf(a: Analyzer, fn: Declared<FunctionDecl>): Summary {
  const asked = new Summaries(a);
  const params = fn.decl.params.map((p, i) => p.name ?? `parameter ${String(i + 1)}`);
  const facts = [...asked.given(fn, params)];
  const deeds = [...asked.deeds(fn, 0, [])].sort(
    (x, y) => ORDER.indexOf(x.kind) - ORDER.indexOf(y.kind) || Number(x.via !== undefined) - Number(y.via !== undefined),
  );
  facts.push(...sentences(deeds, params));
  if (a.boundedFunctions.has(key(fn))) facts.push('It is too large to follow completely: part of its paths was not analysed.');
  if (asked.cut) facts.push('It calls more functions than were followed for this answer.');
  const start = a.program.currentOffset(fn.file, fn.decl.nameSpan.start);
  return {
    name: fn.decl.name,
    place: { file: fn.file, start, end: start + (fn.decl.nameSpan.end - fn.decl.nameSpan.start) },
    facts,
  };
}

class Summaries {
  private readonly own = new Map<string, Deeds>();
  cut = false;

  constructor(private readonly a: Analyzer) {}

  /** What its callers give it, as far as that is not the kernel's own. */
  *given(fn: Declared<FunctionDecl>, params: readonly string[]): Generator<string> {
    const { runs } = this.run(fn);
    if (runs === 0) yield 'It was not analysed: nothing is known about its calls.';
    const seen = new Map<string, number>();
    for (const list of this.origins.get(key(fn)) ?? [])
      for (const text of new Set(list)) seen.set(text, (seen.get(text) ?? 0) + 1);
    for (const [text, n] of [...seen].sort(([x], [y]) => (x < y ? -1 : 1))) {
      const [param = '', what = ''] = text.split('|');
      yield `\`${params[Number(param)] ?? param}\` points to ${what}${n < runs ? `, in ${String(n)} of the ${String(runs)} ways in which it is called` : ''}.`;
    }
  }

  private readonly origins = new Map<string, string[][]>();
  private readonly runs = new Map<string, number>();

  private run(fn: Declared<FunctionDecl>): { deeds: Deeds; runs: number } {
    const id = key(fn);
    const known = this.own.get(id);
    if (known) return { deeds: known, runs: this.runs.get(id) ?? 0 };
    const deeds = newDeeds();
    this.own.set(id, deeds);
    const given: string[][] = [];
    this.origins.set(id, given);
    const n = this.a.replay(fn, undefined, (args, state, frame) => {
      const list = args.map((val, i) => {
        const name = fn.decl.params[i]?.name;
        const ty = name === undefined ? undefined : frame.localType(name);
        return { val, targets: ty?.k === 'ptr' || val.pts.length > 0 ? this.a.memory.targetsOf(val) : [] };
      });
      given.push(
        list.flatMap(({ targets }, i) =>
          frame
            .origins(targets, state)
            .filter((h) => h.origin !== 'Kernel')
            .map((h) => `${String(i)}|${words(h.origin)} (${h.origin})${h.certain ? '' : ', possibly'}`),
        ),
      );
      return [deedsObserver(fn.decl, list, deeds)];
    });
    this.runs.set(id, n);
    return { deeds, runs: n };
  }

  *deeds(fn: Declared<FunctionDecl>, depth: number, stack: readonly string[]): Generator<Deed> {
    const { deeds } = this.run(fn);
    yield* deeds.list.values();
    const said = new Set(deeds.list.keys());
    for (const call of deeds.calls.values()) {
      const id = key(call.callee);
      if (stack.includes(id) || id === key(fn)) continue;
      if (depth >= MAX_DEPTH || (this.own.size >= MAX_FUNCTIONS && !this.own.has(id))) {
        this.cut = true;
        continue;
      }
      for (const d of this.deeds(call.callee, depth + 1, [...stack, key(fn)])) {
        if (d.kind === 'returns') continue;
        if (d.kind === 'try' && call.tried) continue;
        const places = d.places.map((p): Named => (isParam(p) ? asArgument(p, call.args[p.param]) : p));
        // What happens to memory that no parameter of this function leads to matters where it is a duty or a check.
        if (d.places.some(isParam) && !places.some(isParam) && !ALWAYS.has(d.kind)) continue;
        const mine: Deed = { ...d, places, via: d.via ?? call.callee.decl.name };
        const name = deedKey(mine);
        if (said.has(name)) continue;
        said.add(name);
        yield mine;
      }
    }
  }
}

function asArgument(p: Named & { readonly param: number }, argument: Named | undefined): Named {
  if (!argument) return { text: 'memory of its own' };
  return isParam(argument) && isParam(p) ? through(p, argument) : argument;
}

/** One sentence for all that is done in the same way, in the order in which it was met. */
function sentences(deeds: readonly Deed[], params: readonly string[]): string[] {
  const groups = new Map<string, Deed[]>();
  for (const d of deeds) {
    const together =
      d.places.length === 1 && isParam(d.places[0]) ? `${d.kind}|${d.says}|${d.via ?? ''}` : deedKey(d) + (d.via ?? '');
    const name = d.kind === 'unknown' ? 'unknown' : together;
    const list = groups.get(name);
    if (list) list.push(d);
    else groups.set(name, [d]);
  }
  return [...groups.values()].flatMap((list) => {
    const [first] = list;
    if (!first) return [];
    if (first.kind === 'unknown') {
      const what = [...new Set(list.map((d) => filled(d, params)))];
      return [`Hands on ${what.join(', ')}: what happens there is not known, because the body is not in this folder.`];
    }
    return [`${filled(first, params, list)}${first.via === undefined ? '' : `, through \`${first.via}\``}.`];
  });
}

function filled(d: Deed, params: readonly string[], alike: readonly Deed[] = [d]): string {
  return d.says.replace(/([$*])(\d)/g, (_all, kind: string, n: string) => {
    const list = alike.length > 1 ? alike.map((o) => o.places[Number(n)]) : [d.places[Number(n)]];
    const names = list.map((p) => {
      if (!p) return '';
      const name = kind === '*' ? contentText(p, params) : placeText(p, params);
      return isParam(p) ? `\`${name}\`` : name;
    });
    return enumerated([...new Set(names)]);
  });
}

function enumerated(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`;
}
