/**
 * A function gives received packets back unseen, and neither counts nor traces it.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const rxDropSilent = functionRule(
  {
    id: 'rx-drop-silent',
    title: 'Packets dropped without a count or a trace',
    threats: ['Inspection or Drop of Traffic', 'Local DoS'],
    severity: 'info',
    precision: 'medium',
    cwe: [778],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    if (/Return/i.test(s.name)) return;
    const drops = s.callsOf(/^NdisFReturnNetBufferLists$/);
    const counts =
      s.exprs.some((e) => (e.kind === 'upd' && e.op === '++') || (e.kind === 'asg' && e.op === '+')) ||
      s.calls.some((c) => /trace|log|count|stat|increment|print|add/i.test(c.name));
    for (const c of drops) if (!counts) tell(c.x, 'Received packets are dropped here, and nothing counts or traces it.');
  },
);
