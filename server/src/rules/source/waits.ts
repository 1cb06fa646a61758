/** Calls that wait or touch paged memory: by themselves, or because what they call does so on every way through it. */
import { isPageable } from './pageable';
import { isStatement, shapeOf, sourceOf, type CallSite, type Shape } from './shape';

const WAITS =
  /^(KeWaitFor(SingleObject|MultipleObjects)|KeDelayExecutionThread|ExAcquire(FastMutex|Resource(Exclusive|Shared)Lite|PushLock\w+)|KeAcquireGuardedMutex|ExWaitForRundownProtectionRelease\w*|IoReleaseRemoveLockAndWait|Zw\w+|IoCreateFile|NdisMSleep|NdisWaitEvent|PsCreateSystemThread|MmMapIoSpace\w*|RtlQueryRegistryValues)$/;
/** How deep helpers are followed. */
const DEPTH = 2;

/** The interface waits for something, and not just for a while that may be none. */
export function waits(call: CallSite, s: Shape): boolean {
  if (!WAITS.test(call.name)) return false;
  const timeout = call.args[call.args.length - 1];
  return !/^KeWait/.test(call.name) || !timeout || /^(NULL|0)$/.test(s.text(timeout));
}

/** What a function of the driver does on every way through it, in the words of a message; undefined where it may do neither. */
export function waitsInside(call: CallSite, s: Shape, depth = DEPTH): string | undefined {
  const { program, model, file } = s.cx;
  const name = program.alias(call.name, file);
  if (depth === 0 || model.api(name)) return undefined;
  const callee = program.function(name, file);
  if (!callee?.decl.body || callee.decl === s.fn) return undefined;
  const inner = shapeOf(callee.decl, sourceOf(callee.file, s.cx));
  if (isPageable(inner) || inner.calls.some((c) => c.name === 'PAGED_CODE')) return 'is pageable';
  for (const c of inner.calls) {
    if (!isAlways(c, inner)) continue;
    if (inner.cx.model.api(c.name)?.role === 'lock-release') return undefined;
    if (waits(c, inner)) return `calls \`${c.name}\`, which waits`;
    if (waitsInside(c, inner, depth - 1)) return `calls \`${c.name}\`, which may not run here either`;
  }
  return undefined;
}

/** The call stands in no branch, and nothing leaves the function before it. */
function isAlways(call: CallSite, s: Shape): boolean {
  for (const outer of s.around(call.x)) {
    if (isStatement(outer) ? !/^(block|expr|decl)$/.test(outer.kind) : outer.kind === 'cond') return false;
    if (!isStatement(outer) && outer.kind === 'bin' && /^(&&|\|\|)$/.test(outer.op)) return false;
  }
  return !s.stmts.some((x) => x.start < call.x.start && /^(return|goto|leave)$/.test(x.kind));
}
