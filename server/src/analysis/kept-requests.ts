/**
 * Requests that the driver had put aside in a structure of its own and goes on with while it serves another one: what was checked of them
 * was checked by the function that put them there.
 */
import type { FunctionDecl, TypeRef } from '../syntax/ast';
import { single } from './term';
import type { FieldKey, SymBase, Target, Val } from './value';

/** What is served is such a request. */
export const KEPT = 'kept';

const REQUEST = /^P?_?(IRP|IO_STACK_LOCATION)$|^WDFREQUEST$/;

/**
 * The field from which a request was taken that had been put aside. What a function is given may hold the request that it serves: a
 * context of the request, with the request in a member of it.
 */
export function putAsideIn(request: SymBase): FieldKey | undefined {
  const loaded = single(request.t);
  const holder = loaded?.args[0] && single(loaded.args[0]);
  return /^(?:[PB]\d|ld:[LO]:)/.test((holder ?? loaded)?.key ?? '') ? undefined : request.from;
}

/** The only request that a function is given was loaded from a field; or it is given nothing of a request but an address of that kind. */
export function isKept(fn: FunctionDecl, given: readonly Val[]): boolean {
  const requests = given.filter(
    (v, i) => REQUEST.test(pointee(fn.params[i]?.type)) || v.pts.some((p) => REQUEST.test(p.root ?? '')),
  );
  if (requests.length > 0)
    return requests.every((v) => v.pts.length > 0 && v.pts.every((p) => isObject(p) && putAsideIn(p.base) !== undefined));
  if (given.some((v) => v.pts.some((p) => p.base.k === 'region'))) return false;
  return given.some((v, i) => pointee(fn.params[i]?.type).toLowerCase() === 'void' && isLoaded(v));
}

function isLoaded(v: Val): boolean {
  return v.pts.length > 0 && v.pts.every((p) => isObject(p) && p.base.from !== undefined);
}

function isObject(p: Target): p is Target & { readonly base: SymBase } {
  return p.base.k === 'sym' && p.path === '';
}

function pointee(ref: TypeRef | undefined): string {
  if (!ref) return '';
  if (ref.kind === 'pointer') return pointee(ref.to);
  const name = ref.kind === 'name' || ref.kind === 'tag' ? ref.name : '';
  return /^P?C?VOID$/.test(name) ? 'void' : name;
}
