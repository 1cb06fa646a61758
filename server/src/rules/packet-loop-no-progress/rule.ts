/**
 * A loop moves on by a length that the record itself names; nothing in the loop refuses zero or more than is left.
 */
import { counted, followsItself, ownStep, recordWalks, testsStep } from '../source/records';
import { functionRule } from '../source/shape';
import page from './page.md';

export const packetLoopNoProgress = functionRule(
  {
    id: 'packet-loop-no-progress',
    title: 'Loop over records that a zero length keeps from ending',
    threats: ['Packet parsing', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [835, 191],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const walk of recordWalks(s)) {
      if (testsStep(walk, s) || counted(walk, s) || ownStep(walk, s) || followsItself(walk, s)) continue;
      tell(
        walk.advance.place,
        `The loop moves on by \`${walk.step}\`, which nothing tests: with 0 it never ends${walk.left ? `, and with more than \`${walk.left}\` it leaves the buffer` : ''}.`,
        {
          from: [s.step(walk.stepExpr, 'origin', 'the record names its own length')],
          use: 'added here',
        },
      );
    }
  },
);
