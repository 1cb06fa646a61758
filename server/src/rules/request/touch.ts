/**
 * Plain accesses, copies and comparisons as one question: which memory does this touch, up to which byte.
 */
import type { Call, Observer, OriginHit, View } from '../../analysis/events';
import { constant, type Lin } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import type { ApiFact } from '../../model/model';
import type { Span } from '../../syntax/ast';

export interface Touch {
  readonly hit: OriginHit;
  readonly kind: 'read' | 'write';
  /** Bytes that are touched; undefined when they are not known. */
  readonly size: Lin | undefined;
  /** The length that a copy was given. */
  readonly len?: Val;
  readonly place: Span;
  readonly api: ApiFact | undefined;
  /** What is written is made of what is read there. */
  readonly both?: boolean;
}

/** Listens for every access outside assertions. */
export function touches(tell: (t: Touch, v: View) => void): Required<Pick<Observer, 'access' | 'copy' | 'call'>> {
  return {
    access(e, v) {
      if (e.inAssert) return;
      const size = e.size === undefined ? undefined : constant(e.size);
      for (const hit of v.origins(e.targets))
        tell({ hit, kind: e.kind === 'read' ? 'read' : 'write', size, place: e.place, api: e.api, both: e.kind === 'rmw' }, v);
    },
    copy(e, v) {
      const { len } = e;
      const size = len?.t;
      if (e.dst) for (const hit of v.pointee(e.dst)) tell({ hit, kind: 'write', size, len, place: e.place, api: e.api }, v);
      if (e.src && !e.fill)
        for (const hit of v.pointee(e.src)) tell({ hit, kind: 'read', size, len, place: e.place, api: e.api }, v);
    },
    call(e, v) {
      for (const { of, len } of compared(e))
        for (const hit of v.pointee(of)) tell({ hit, kind: 'read', size: len.t, len, place: e.place, api: e.api }, v);
    },
  };
}

/** What a comparison of blocks reads, and how much of it. One of strings ends where they end. */
export function* compared(e: Call): Generator<{ readonly of: Val; readonly len: Val }, void> {
  if (e.api?.role !== 'compare' || e.inAssert || !/mem(cmp|ory)$/i.test(e.name)) return;
  const len = e.arg('len');
  for (const of of [e.arg('a'), e.arg('b')]) if (of && len) yield { of, len };
}

/** The text of a place on one line; of a long one its beginning. */
export function named(text: string): string {
  const t = text.replace(/\s+/g, ' ');
  return `\`${t.length > 60 ? `${t.slice(0, 57)}…` : t}\``;
}
