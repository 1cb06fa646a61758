/** Sentences about lengths and request buffers, from what was recorded. */
import type { RequestBuffer } from '../value';
import type { Bucket, BufferUse } from './record';

const NAMES: Readonly<Record<RequestBuffer, string>> = {
  system: 'the system buffer',
  type3: 'the raw input address',
  user: 'the raw output address',
  mdl: 'the locked pages of the caller',
  'wdf-in': 'the input buffer',
  'wdf-out': 'the output buffer',
  'fast-in': 'the raw input address',
  'fast-out': 'the raw output address',
  message: 'the raw message buffer',
  oid: 'the information buffer',
  ea: 'the extended attributes',
  registry: 'the registry value',
};

export function checkSentence(buckets: readonly Bucket[]): string[] {
  const checks = new Set<string>();
  for (const b of buckets) for (const c of b.checks) checks.add(c);
  const list = [...checks].sort();
  return list.length === 0 ? [] : [`Checks the ${list.join(' and the ')} length.`];
}

export function bufferSentences(buckets: readonly Bucket[]): string[] {
  const uses = new Map<string, BufferUse>();
  for (const b of buckets)
    for (const u of b.buffers.values()) {
      const key = `${NAMES[u.request]}|${String(u.writes)}`;
      const old = uses.get(key);
      if (!old) uses.set(key, { ...u });
      else {
        old.checked &&= u.checked;
        old.least = Math.min(old.least, u.least);
        old.outsideTry ||= u.outsideTry;
      }
    }
  return [...uses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, u]) => sentence(u));
}

function sentence(u: BufferUse): string {
  const length = u.writes && u.request !== 'mdl' ? 'output length' : 'length';
  const guard = u.checked
    ? u.least > 0
      ? `where its ${length} is at least ${String(u.least)}`
      : `after a check of its ${length}`
    : `without a check of its ${length}`;
  const unsafe = u.raw && u.outsideTry ? ', outside `__try`' : '';
  return `${u.writes ? 'Writes' : 'Reads'} ${NAMES[u.request]} ${guard}${unsafe}.`;
}
