/**
 * A mapping of locked pages without `MdlMappingNoExecute`: memory that someone else writes, executable in the kernel.
 */
import type { Call } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Fix } from '../finding';
import type { Rule, RuleContext } from '../rule';
import { isMapping, NO_EXECUTE } from '../volatile/mapping';
import { short } from '../volatile/shared-memory';
import page from './page.md';

/** The driver maps pages without execution somewhere (key: `driver`). */
const CAREFUL = 'maps-without-execution';
/** Where it leaves them executable (key: `driver`). */
const EXECUTABLE = 'maps-executable';

export const userMapRwx: Rule = {
  meta: {
    id: 'user-map-rwx',
    title: 'Mapping of locked pages that is writable and executable',
    threats: ['Memory mapping into process', 'Memory mapped in shared user/kernel buffers'],
    severity: 'warning',
    precision: 'high',
    cwe: [732],
    profile: 'default',
    microsoft: ['C30029', 'C30030'],
  },
  page,
  observe(cx) {
    return {
      call(e) {
        if (!isMapping(e)) return;
        // A priority takes the flag wherever one can be given.
        const priority = e.arg('priority');
        const flags = priority && constOf(priority.t);
        const x = e.argExpr('priority');
        if (!x || flags === undefined || flags < 0) return;
        if (Math.floor(flags / NO_EXECUTE) % 2 === 1 || cx.text(x).includes('MdlMappingNoExecute')) {
          cx.note(CAREFUL, 'driver');
          return;
        }
        const here = cx.placeName(e.place);
        cx.note(EXECUTABLE, 'driver', here);
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${short(cx.text(e.place))}\` maps its pages writable and executable: \`MdlMappingNoExecute\` is missing.`,
          path: [
            cx.step(e.place, 'use', 'mapped here'),
            cx.step(x, 'guard', '`| MdlMappingNoExecute` would keep code out of them'),
          ],
          fixes: fix(e, x, cx),
          // A driver that never asks for it has one thing to learn, not one for each mapping.
          decide: (facts) =>
            facts.has(CAREFUL, 'driver') || facts.values(EXECUTABLE, 'driver')[0] === here ? {} : { severity: 'info' },
        });
      },
    };
  },
};

function fix(e: Call, x: { start: number; end: number }, cx: RuleContext): readonly Fix[] {
  const text = cx.text(x);
  // A macro that makes the call is not edited.
  if (!/^\w+\s*\(/.test(cx.text(e.place)) || !/^[\w|\s()]+$/.test(text)) return [];
  const newText = /^\w+$/.test(text) || text.includes('|') ? `${text} | MdlMappingNoExecute` : `(${text}) | MdlMappingNoExecute`;
  return [
    {
      title: 'Add MdlMappingNoExecute',
      class: 'safe',
      edits: [{ file: cx.file, start: x.start, end: x.end, newText }],
    },
  ];
}
