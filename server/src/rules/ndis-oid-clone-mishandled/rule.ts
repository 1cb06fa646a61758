/**
 * A driver clones OID requests and has no call that frees a clone.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const ndisOidCloneMishandled = functionRule(
  {
    id: 'ndis-oid-clone-mishandled',
    title: 'Cloned OID request that nobody frees',
    threats: ['NDIS lightweight filter (LWF) driver API'],
    severity: 'warning',
    precision: 'medium',
    cwe: [401],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (s.callsOf(/^NdisFreeCloneOidRequest$/).length > 0) cx.note('oid-clones', 'freed');
    for (const c of s.callsOf(/^NdisAllocateCloneOidRequest$/))
      tell(c.x, 'The request is cloned here, and nothing in the driver frees a clone.', {
        decide: (facts) => (facts.has('oid-clones', 'freed') ? undefined : {}),
      });
  },
);
