/**
 * Non-paged pool that is executable: data of an attacker becomes code.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const poolExecutable = functionRule(
  {
    id: 'pool-executable',
    title: 'Pool that can be executed',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'high',
    cwe: [732],
    profile: 'audit',
    microsoft: ['C30030'],
  },
  page,
  (s, tell, cx) => {
    if (cx.isWritten(/POOL_NX_OPTIN/)) return;
    for (const c of s.callsOf(/^(ExAllocatePool\w*|WdfMemoryCreate|FltAllocatePoolAlignedWithTag|FsRtlAllocatePool\w*)$/))
      for (const a of c.args)
        if (a.kind === 'id' && /^NonPagedPool(Execute|CacheAligned|MustSucceed|CacheAlignedMustS)?$/.test(a.name))
          tell(a, `\`${a.name}\` can be executed: data in it may become code.`, {
            confidence: 'certain',
            fixes: [
              {
                title: 'Use pool that cannot be executed',
                class: 'suggestion',
                edits: [
                  {
                    file: cx.file,
                    start: a.start,
                    end: a.end,
                    newText: /Cache/.test(a.name) ? 'NonPagedPoolNxCacheAligned' : 'NonPagedPoolNx',
                  },
                ],
              },
            ],
          });
  },
);
