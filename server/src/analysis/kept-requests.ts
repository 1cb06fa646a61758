/**
 * Requests that the driver had put aside in a structure of its own and goes on with while it serves another one: what was checked of them
 * was checked by the function that put them there.
 */
import type { FunctionDecl, TypeRef } from '../syntax/ast';
import type { Val } from './value';

/** What is served is such a request. */
export const KEPT = 'kept';

const REQUEST = /^P?_?(IRP|IO_STACK_LOCATION)$|^WDFREQUEST$/;

/** The only request that a function is given was loaded from a field; or it is given nothing of a request but an address of that kind. */
export function isKept(fn: FunctionDecl, given: readonly Val[]): boolean {
  const requests = given.filter(
    (v, i) => REQUEST.test(pointee(fn.params[i]?.type)) || v.pts.some((p) => REQUEST.test(p.root ?? '')),
  );
  if (requests.length > 0) return requests.every(isLoaded);
  if (given.some((v) => v.pts.some((p) => p.base.k === 'region'))) return false;
  return given.some((v, i) => pointee(fn.params[i]?.type).toLowerCase() === 'void' && isLoaded(v));
}

function isLoaded(v: Val): boolean {
  return v.pts.length > 0 && v.pts.every((p) => p.base.k === 'sym' && p.path === '' && p.base.from !== undefined);
}

function pointee(ref: TypeRef | undefined): string {
  if (!ref) return '';
  if (ref.kind === 'pointer') return pointee(ref.to);
  const name = ref.kind === 'name' || ref.kind === 'tag' ? ref.name : '';
  return /^P?C?VOID$/.test(name) ? 'void' : name;
}
