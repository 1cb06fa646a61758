/**
 * Where a driver says how many bytes of the output it wrote: `Irp->IoStatus.Information` and the framework's calls.
 */
import type { Observer, View } from '../../analysis/events';
import type { Val } from '../../analysis/value';
import type { Expr, Span } from '../../syntax/ast';

export interface Information {
  readonly val: Val;
  readonly place: Span;
  readonly x: Expr | undefined;
}

export function information(tell: (i: Information, v: View) => void): Pick<Observer, 'access' | 'call'> {
  return {
    access(e, v) {
      if (e.kind !== 'write' || !e.val || e.x.kind !== 'fld' || e.x.name !== 'Information') return;
      if (!e.targets.some((t) => t.root === 'IRP' || t.root === '_IRP')) return;
      tell({ val: e.val, place: e.place, x: e.x }, v);
    },
    call(e, v) {
      if (e.name !== 'WdfRequestCompleteWithInformation' && e.name !== 'WdfRequestSetInformation') return;
      const val = e.arg('length');
      if (val) tell({ val, place: e.place, x: e.argExpr('length') }, v);
    },
  };
}
