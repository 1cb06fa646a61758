/**
 * A plain C read of memory that user mode can rewrite: the compiler may fetch it again after it was checked.
 */
import type { Access, OriginHit, View } from '../../analysis/events';
import { isVolatileOrigin, words } from '../../analysis/memory';
import type { Val } from '../../analysis/value';
import type { Rule, RuleContext } from '../rule';
import { readFixes } from '../fixes/accessors';
import page from './page.md';

const DECIDES = 'read-decides';
const OWN = 'writes-shared';
const VOLATILE = 'uses-accessors';

export const sharedNonvolatileRead: Rule = {
  meta: {
    id: 'shared-nonvolatile-read',
    title: 'Plain read of memory that user mode can rewrite',
    threats: ['Memory mapped in shared user/kernel buffers', 'Packet contents TOCTOU'],
    severity: 'error',
    precision: 'high',
    cwe: [367, 362],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        const hits = v.origins(e.targets).filter((h) => isVolatileOrigin(h.origin));
        if (e.api && hits.length) cx.note(VOLATILE, e.api.name);
        if (e.kind !== 'read') {
          for (const h of hits) cx.note(OWN, ownKey(h));
          return;
        }
        if (e.volatile || e.api || e.inAssert) return;
        const hit = hits.find((h) => h.certain) ?? hits[0];
        if (!hit) return;
        report(e, hit, v, cx);
      },
      branch(e, v) {
        if (e.c.kind === 'bin' && e.c.op !== '==' && e.c.op !== '!=')
          for (const val of e.vals) decides(val, 'a comparison', cx, v);
      },
      index(e, v) {
        decides(e.index, 'an index', cx, v);
      },
      copy(e, v) {
        if (e.len) decides(e.len, 'the length of a copy', cx, v);
        if (e.src) pointerDecides(e.src, cx);
        if (e.dst) pointerDecides(e.dst, cx);
      },
      call(e, v) {
        for (const role of ['size', 'len', 'length']) {
          const val = e.arg(role);
          if (val) decides(val, 'a size', cx, v);
        }
      },
    };
  },
};

function ownKey(h: OriginHit): string {
  return `${h.target.from ?? h.target.base.key}|${h.target.path}`;
}

function siteKey(file: string, start: number): string {
  return `${file}:${String(start)}`;
}

function decides(val: Val, what: string, cx: RuleContext, v: View): void {
  for (const t of v.taints(val))
    if (t.plain && isVolatileOrigin(t.origin)) cx.note(DECIDES, siteKey(t.site.file, t.site.start), what);
}

function pointerDecides(val: Val, cx: RuleContext): void {
  for (const t of val.taint)
    if (t.plain && isVolatileOrigin(t.origin)) cx.note(DECIDES, siteKey(t.site.file, t.site.start), 'a pointer');
}

function report(e: Access, hit: OriginHit, v: View, cx: RuleContext): void {
  const text = cx.text(e.place);
  const key = siteKey(cx.file, e.place.start);
  const user = hit.origin === 'UserVA';
  const where = words(hit.origin);
  const own = ownKey(hit);
  const fixes = readFixes(e, hit, v, cx);
  cx.report({
    place: e.place,
    severity: user ? 'info' : 'warning',
    confidence: hit.certain ? 'certain' : 'possible',
    message: `\`${text}\` is a plain read of ${where}: the compiler may fetch it again after a check, and its value can change between the two.`,
    path: cx.path(hit, e.place, 'read here without a volatile accessor'),
    fixes,
    decide: (facts) => {
      if (!hit.certain) return { severity: 'info' };
      const uses = facts.values(DECIDES, key);
      if (!user && facts.has(OWN, own) && !uses.some((u) => u === 'an index' || u === 'the length of a copy'))
        return {
          severity: 'info',
          message: `\`${text}\` is this side's own index, but it lives in memory that user mode can rewrite.`,
        };
      const first = uses[0];
      const because = first === undefined ? '' : ` It decides ${first}.`;
      const message = `\`${text}\` is a plain read of ${where}: the compiler may fetch it again after a check, and its value can change between the two.${because}`;
      if (user) return { severity: first !== undefined || facts.count(VOLATILE) > 0 ? 'warning' : 'info', message };
      return { severity: first !== undefined ? 'error' : 'warning', message };
    },
  });
}
