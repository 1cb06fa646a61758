/**
 * One root cause, one diagnostic: of the accesses of one buffer that one missing check explains, the first is told.
 */
import type { Span } from '../../syntax/ast';

export class Once {
  private readonly first = new Map<string, number>();

  /** True for the first place that asks under this key, as often as it asks. */
  here(key: string, place: Span): boolean {
    const at = this.first.get(key);
    if (at === undefined) this.first.set(key, place.start);
    return at === undefined || at === place.start;
  }
}
