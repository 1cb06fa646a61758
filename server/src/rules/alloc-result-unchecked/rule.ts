/**
 * The result of an allocation is dereferenced before anything tests that it is not NULL.
 */
import { untestedResults } from '../source/results';
import { functionRule } from '../source/shape';
import page from './page.md';

const ALLOCATES =
  /^(ExAllocatePool\w*|ExAllocateFrom\w+|MmAllocate(ContiguousMemory\w*|NonCachedMemory|PagesForMdl\w*)|IoAllocate(Mdl|Irp|WorkItem|ErrorLogEntry)|NdisAllocate(MemoryWithTagPriority|NetBufferList|NetBufferAndNetBufferList|CloneNetBufferList)|FltAllocate(PoolAlignedWithTag|CallbackData))$/;
export const allocResultUnchecked = functionRule(
  {
    id: 'alloc-result-unchecked',
    title: 'Allocation used without a check that it succeeded',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [476, 690],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const r of untestedResults(s, ALLOCATES, { helpers: true, makers: true })) {
      if (/RAISE_ON_FAILURE|RAISE_IF_ALLOCATION_FAILURE|MustSucceed/.test(s.text(r.call.x))) continue;
      tell(r.use, `\`${s.text(r.use)}\` uses what \`${r.call.name}\` returned, ${r.missing}.`, {
        from: [s.step(r.call.x, 'origin', `\`${r.call.name}\` returns NULL when memory is short`)],
        use: 'dereferenced here',
      });
    }
  },
);
