/** One way into the driver, as every face shows it, and what surface builders are given. Types, and the sentences that several share. */
import type { Span } from '../../syntax/ast';
import type { Constants } from '../../program/constants';
import type { Program } from '../../program/program';
import type { Model } from '../../model/model';
import type { Root } from '../roots';
import type { Outline } from './outline';
import type { Reach, Reached } from './reach';
import type { SurfaceRecord } from './record';
import { bufferSentences, checkSentence } from './sentences';

export interface Entry {
  readonly kind: string;
  readonly name: string;
  readonly place: Span & { readonly file: string };
  readonly facts: readonly string[];
  /** Functions that run first, as `file:name`. */
  readonly handlers?: readonly string[];
  /** A few words for a line above a handler. */
  readonly label?: string;
  /** Of a registry value: the protections that it switches off, each with when and where. */
  readonly switchesOff?: readonly string[];
}

/** A finding, as far as the surface cares. */
export interface Judged {
  readonly rule: string;
  readonly file: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly functionName?: string;
}

export interface SurfaceInput {
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
  /** What each answer of the analysis asked for, and the role under which execution came in. */
  readonly answers: ReadonlyMap<string, { readonly callees: ReadonlySet<string>; readonly role: string | undefined }>;
  readonly roots: readonly Root[];
  /** By the id of the analysis' answer. */
  readonly records: ReadonlyMap<string, SurfaceRecord>;
  /** Files of kernel code. */
  readonly files: readonly string[];
  readonly findings: readonly Judged[];
}

export interface SurfaceContext extends SurfaceInput {
  readonly outlines: ReadonlyMap<string, Outline>;
  readonly reach: Reach;
}

const ORDER = ['error', 'warning', 'info', 'hint'] as const;

/** Checks, buffers, sinks, and the worst finding of what is reached. */
export function reachedFacts(cx: SurfaceContext, reached: Reached): string[] {
  const out = [...checkSentence(reached.buckets), ...bufferSentences(reached.buckets)];
  const sinks = new Set<string>();
  for (const b of reached.buckets) for (const s of b.sinks) sinks.add(s);
  for (const s of grouped([...sinks])) out.push(`${s.charAt(0).toUpperCase()}${s.slice(1)}.`);
  const worst = worstFinding(cx, reached.functions);
  if (worst) out.push(worst);
  return out;
}

/** `says (a)` and `says (b)` become `says (a, b)`. */
function grouped(list: readonly string[]): string[] {
  const by = new Map<string, string[]>();
  for (const s of [...list].sort()) {
    const m = /^(.*) \((`[^`]*`)\)$/.exec(s);
    const says = m?.[1] ?? s;
    by.set(says, [...(by.get(says) ?? []), m?.[2] ?? '']);
  }
  return [...by].map(([says, names]) => `${says} (${names.filter((n) => n !== '').join(', ')})`);
}

function worstFinding(cx: SurfaceContext, functions: ReadonlySet<string>): string | undefined {
  const found = cx.findings.filter((f) => f.functionName !== undefined && functions.has(`${f.file}:${f.functionName}`));
  for (const severity of ORDER) {
    const of = found.filter((f) => f.severity === severity);
    const first = of[0];
    if (!first) continue;
    const rest = found.length > 1 ? `, of ${String(found.length)} findings on the way` : '';
    return `Worst finding: ${severity} ${first.rule} in \`${first.functionName ?? ''}\`${rest}.`;
  }
  return undefined;
}

/** The name's place as the text is now. */
export function placeOf(cx: SurfaceContext, file: string, span: Span): Entry['place'] {
  const start = cx.program.currentOffset(file, span.start);
  return { file, start, end: start + (span.end - span.start) };
}

export function nameOf(fnKey: string): string {
  return fnKey.slice(fnKey.lastIndexOf(':') + 1);
}

export function listed(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).map((n) => `\`${n}\``);
  return names.length > most ? `${shown.join(', ')} and ${String(names.length - most)} more` : shown.join(', ');
}
