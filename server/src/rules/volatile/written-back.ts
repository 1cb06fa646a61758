/**
 * Whole copies out of memory that may change, of which a part had been fetched and checked before: where the checked value is put into the
 * copy afterwards, the copy holds what was checked.
 */
import type { Access, Copy } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { RuleContext } from '../rule';

const BACK = 'checked-part-written-back';

interface Pending {
  /** Of the copy. */
  readonly place: string;
  readonly into: string;
  /** Where in the copy the checked part lies. */
  readonly part: number;
}

export class WrittenBack {
  private readonly pending: Pending[] = [];

  constructor(private readonly cx: RuleContext) {}

  copied(e: Copy, part: number | undefined): void {
    const to = e.dst?.pts.length === 1 ? e.dst.pts[0] : undefined;
    const at = to?.off && constOf(to.off);
    if (!to || at === undefined || part === undefined) return;
    this.pending.push({ place: this.cx.placeName(e.place), into: to.base.key, part: at + part });
  }

  written(e: Access): void {
    if (e.kind !== 'write' || e.size === undefined) return;
    for (const t of e.targets) {
      const at = t.off && constOf(t.off);
      if (at === undefined) continue;
      for (const p of this.pending)
        if (p.into === t.base.key && at <= p.part && p.part < at + e.size) this.cx.note(BACK, p.place);
    }
  }

  static readonly tag = BACK;
}
