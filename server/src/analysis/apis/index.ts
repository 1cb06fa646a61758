/**
 * What calls of the model do to abstract state: accessors read and write, copies move content, mappings give memory an origin, validators
 * succeed or fail. One function per family, found by the role of the call; the positions of arguments are data.
 */
import type { ApiFact } from '../../model/model';
import { clobber, unknown, unknownResult, type Outcome } from '../calls';
import type { Call } from '../events';
import type { Frame } from '../frame';
import type { State } from '../state';
import { type Handler, one } from './handler';
import { allocate, accessor, interlocked, copy, fill, fileRead } from './copies';
import {
  complete,
  pend,
  probe,
  irpStack,
  mdlLength,
  requestBuffer,
  requestMemory,
  bufferOf,
  requestMdl,
  requestParams,
  send,
  setCompletion,
  stackOp,
  mode,
} from './requests';
import { allocUser, describeMdl, allocPages, lockPages, buildNonPaged, mapMdl, mdlVa, device } from './mappings';
import { mapSection, openSection } from './sections';
import { packet, nmrAttach, oidRequest } from './network';
import { registry, registryTable, registryTyped } from './registry';
import { byteSwap, checkedArith, convert, handleToObject, mayFail, raise, validateBuffer } from './status';

export function apiOutcomes(api: ApiFact, c: Call, s: State, f: Frame): Outcome[] {
  const handler = HANDLERS[api.role];
  const out = handler?.(api, c, s, f);
  if (out) return out;
  const written = Object.entries(api.args ?? {}).filter(
    ([role]) => role.endsWith('Out') || role.endsWith('InOut') || role === 'out',
  );
  const names = written.map(([, i]) => i);
  if (Object.keys(api.args ?? {}).length === 0) return unknown(c.name, c.x, c.args, s, f, true);
  for (const i of names) {
    const a = c.args[i];
    if (a) clobber(a, c.x, i, s, f);
  }
  return [{ s, v: unknownResult(c.name, c.x, f) }];
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  alloc: allocate,
  'lookaside-alloc': allocate,
  'alloc-context': allocate,
  'volatile-accessor': accessor,
  'device-register': (api, c, s, f) => (c.name.includes('BUFFER') ? undefined : accessor(api, c, s, f)),
  'user-accessor': accessor,
  interlocked,
  'user-interlocked': interlocked,
  'sized-copy': copy,
  'bulk-copy': copy,
  'user-copy': copy,
  'sized-fill': fill,
  'bulk-fill': fill,
  'user-fill': fill,
  'secure-zero': fill,
  probe,
  'irp-stack': irpStack,
  'irp-stack-op': stackOp,
  'irp-set-completion': setCompletion,
  'irp-send': send,
  'request-buffer': requestBuffer,
  'request-memory': requestMemory,
  'request-mdl': requestMdl,
  'buffer-of': bufferOf,
  'mdl-describe': describeMdl,
  'mdl-alloc': describeMdl,
  'mdl-describe-kernel': buildNonPaged,
  'alloc-pages': allocPages,
  'lock-user-pages': lockPages,
  'map-mdl': mapMdl,
  'map-mdl-kernel': mapMdl,
  'mdl-va': mdlVa,
  'mdl-length': mdlLength,
  'map-section-kernel': mapSection,
  'section-open': openSection,
  'map-section-process': mapSection,
  'alloc-user-va': allocUser,
  'alloc-dma': device,
  'map-physical': device,
  'nb-data': packet,
  'ndis-oid': oidRequest,
  'nmr-attach': nmrAttach,
  'reg-query': registry,
  'reg-query-typed': registryTyped,
  'reg-query-table': registryTable,
  'checked-arith': checkedArith,
  'checked-convert': convert,
  'byte-swap': byteSwap,
  'validate-buffer': validateBuffer,
  'previous-mode': mode,
  'handle-to-object': handleToObject,
  'object-ref': (api, c, s, f) => (c.name.includes('ByPointer') ? mayFail(api, c, s, f) : one(s, unknownResult(c.name, c.x, f))),
  'request-params': requestParams,
  'reg-open': mayFail,
  'file-open': mayFail,
  'file-read': fileRead,
  'irp-complete': complete,
  'request-complete': complete,
  'irp-pending': pend,
  raise,
};
