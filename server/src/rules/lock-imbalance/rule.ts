/**
 * A path leaves the function with a lock that other paths of the same function release.
 */
import { usesOf } from '../../program/handed';
import { heldLocks, type HeldLock } from '../source/locks';
import { functionRule, shapeOf, sourceOf, type Shape } from '../source/shape';
import page from './page.md';

export const lockImbalance = functionRule(
  {
    id: 'lock-imbalance',
    title: 'Return with a lock still held',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'error',
    precision: 'medium',
    cwe: [667],
    profile: 'default',
  },
  page,
  (s, tell) => {
    if (s.fn.annotations.some((a) => /Acquires|Requires_lock|IRQL_raises|IRQL_saves|When/.test(a.name))) return;
    const locks = heldLocks(s);
    for (const { at, held } of locks.returns)
      for (const lock of held)
        if (locks.released.has(lock.name) && !isHeldByCaller(s, lock) && !isReleasedFor(s, lock))
          tell(at, `This path returns with \`${lock.name}\` held, which other paths release.`, {
            from: [s.step(lock.place, 'origin', 'acquired here')],
            use: 'returns here',
          });
  },
);

/** The function begins by giving the lock back, and takes it again: its caller holds it. */
function isHeldByCaller(s: Shape, lock: HeldLock): boolean {
  for (const c of s.calls) {
    const role = s.cx.model.api(c.name)?.role;
    if ((role === 'lock-release' || role === 'lock-acquire') && c.args.some((a) => s.text(a).replace(/^&/, '') === lock.name))
      return role === 'lock-release';
  }
  return false;
}

/**
 * Another function of the driver releases the lock and never takes it: this one takes it for whoever calls the two. Only of a lock that is a
 * variable of the driver's own the name says which it is.
 */
function isReleasedFor(s: Shape, lock: HeldLock): boolean {
  const { program, model } = s.cx;
  if (!/^\w+$/.test(lock.name) || s.locals.has(lock.name) || s.paramType(lock.name) !== undefined) return false;
  program.dependsOnBodies();
  for (const [file, facts] of program.files) {
    const { called } = usesOf(facts, model);
    if (![...called].some((name) => model.api(name)?.role === 'lock-release')) continue;
    for (const fn of facts.functions) {
      if (!fn.body || fn === s.fn || !program.slice(file, fn).includes(lock.name)) continue;
      const other = shapeOf(fn, sourceOf(file, s.cx));
      const roles = other.calls
        .filter((c) => c.args.some((a) => other.text(a).replace(/^&/, '') === lock.name))
        .map((c) => model.api(c.name)?.role);
      if (roles.includes('lock-release') && !roles.includes('lock-acquire')) return true;
    }
  }
  return false;
}
