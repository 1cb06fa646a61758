/**
 * A plain store to memory that user mode reads at any time: the compiler may tear it, move it, or read it back.
 */
import type { Access, OriginHit } from '../../analysis/events';
import { words } from '../../analysis/origins';
import type { DriverFacts, Rule, RuleContext } from '../rule';
import { writeFixes } from '../fixes/accessors';
import { spelling } from '../fixes/spelling';
import {
  fieldKey,
  habits,
  isPlain,
  isForOneCall,
  isShared,
  lasting,
  proof,
  short,
  together,
  USER_ACCESSORS,
} from '../volatile/shared-memory';
import page from './page.md';

const STORES = 'stores-shared-field';

/** Stores of one function into one object. */
const TOGETHER = 'stores-shared-object';

function first(places: readonly string[]): string | undefined {
  return [...places].sort()[0];
}

/** Stores closer to each other than this, in characters, fill an object at one go: some eight lines. */
const AT_ONE_GO = 400;

interface Speaker {
  readonly here: string;
  readonly start: number;
  readonly end: number;
}

/** Of the stores of one function into one object, those around one of them that speak for their fields, in the order of the text. */
function run(of: string, object: string, facts: DriverFacts): readonly Speaker[] {
  const all = facts
    .values(TOGETHER, object)
    .flatMap((value) => {
      const [here = '', end, ...field] = value.split('|');
      const start = Number(here.slice(here.lastIndexOf(':') + 1));
      return first(facts.values(STORES, field.join('|'))) === here ? [{ here, start, end: Number(end) }] : [];
    })
    .sort((a, b) => a.start - b.start);
  let near: Speaker[] = [];
  for (const s of all) {
    const last = near[near.length - 1];
    if (last && s.start - last.end > AT_ONE_GO) {
      if (near.some(({ here }) => here === of)) break;
      near = [];
    }
    near.push(s);
  }
  return near;
}

export const sharedNonvolatileWrite: Rule = {
  meta: {
    id: 'shared-nonvolatile-write',
    title: 'Plain store to memory that user mode reads at any time',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [662],
    profile: 'default',
  },
  page,
  observe(cx) {
    return together(habits(cx), {
      access(e, v) {
        spelling(e, cx);
        if (e.kind !== 'write' || !isPlain(e)) return;
        const hits = v.origins(e.targets);
        const hit = hits.find((h) => isShared(h.origin));
        if (!hit) {
          const user = hits.find((h) => h.origin === 'UserVA' && h.certain);
          if (user) toUser(e, user, cx);
          return;
        }
        const text = short(cx.text(e.place));
        // The creator's first constants, before the other side was told where to look.
        const made = hit.target.base.k === 'alloc' ? hit.target.base.site : undefined;
        const creating =
          made?.file === cx.file &&
          made.start >= cx.fn.start &&
          made.end <= cx.fn.end &&
          e.val !== undefined &&
          e.val.t.t.every(([x]) => /^(name|const):/.test(x.key));
        const quiet = creating || !lasting(hit) || !hit.certain;
        const field = fieldKey(hit.target);
        const here = `${cx.file}:${String(e.place.start).padStart(9, '0')}`;
        const object = `${cx.file}:${cx.fn.name}|${hit.target.root ?? hit.target.base.key}`;
        if (!quiet) {
          cx.note(STORES, field, here);
          cx.note(TOGETHER, object, `${here}|${String(e.place.end)}|${field}`);
        }
        const path = proof(
          cx,
          hit,
          e.place,
          'stored here without a volatile accessor',
          'a store through a volatile accessor is one store',
        );
        cx.report({
          place: e.place,
          severity: quiet ? 'info' : 'warning',
          confidence: hit.certain ? 'certain' : 'possible',
          message: `\`${text}\` is stored plainly in ${words(hit.origin)}: the compiler may split or move the store, and the other side sees the pieces.`,
          path,
          decide: (facts) => {
            const fixes = writeFixes(e, 'NoFence', facts, cx);
            if (quiet) return { fixes };
            if (isForOneCall(hit, facts)) return { fixes, severity: 'info' };
            // How a field is stored is decided once for the field, and an object is filled at one go: the first speaks for all.
            const [one, ...others] = run(here, object, facts);
            if (one?.here !== here) return { fixes, severity: 'info' };
            const also = others.map((other) => cx.step(other, 'related', 'stored plainly here as well'));
            return { fixes, path: [...path, ...also] };
          },
        });
      },
    });
  },
};

/** A plain store to a user address is what most drivers do; it is worth a word where the driver holds itself to accessors. */
function toUser(e: Access, hit: OriginHit, cx: RuleContext): void {
  cx.report({
    place: e.place,
    severity: 'info',
    message: `\`${short(cx.text(e.place))}\` is stored plainly in user memory: the compiler may split the store, or read it back.`,
    path: proof(cx, hit, e.place, 'stored here without a volatile accessor', 'a store through a volatile accessor is one store'),
    decide: (facts) => (facts.count(USER_ACCESSORS) > 0 ? { severity: 'warning' } : {}),
  });
}
