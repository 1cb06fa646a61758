/** One report with everything in it, for the formatters: error, warning, note and hint, paths, fixes, silenced ones, notes. */
import type { Finding, RuleMeta } from '../../server/src/rules/finding';
import { builtinPages, builtinRules } from '../../server/src/report/builtin-rules';
import { Finisher } from '../../server/src/report/finish';
import type { Report } from '../../server/src/report/report';
import type { Note, Settings } from '../../server/src/report/workspace';
import { emptyProject } from '../../server/src/model';

export const metas: readonly RuleMeta[] = [
  {
    id: 'shared-read',
    title: 'Plain read of shared memory',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'high',
    cwe: [367],
    profile: 'default',
    microsoft: ['C28126'],
  },
  {
    id: 'length-unchecked',
    title: 'Length not checked',
    threats: [],
    severity: 'warning',
    precision: 'medium',
    cwe: [125, 20],
    profile: 'default',
  },
  { id: 'look-here', title: 'Worth a look', threats: [], severity: 'hint', precision: 'low', cwe: [], profile: 'audit' },
];

export const ringText = `#include "ring.h"

VOID Map(RING *Ring)
{
    Ring->Shared = MapToUser(Ring->Memory);
}

ULONG
Peek(RING *Ring)
{
\tULONG Index = Ring->Shared->Producer; /* <script>alert("1")</script> */
    // fencepost-ignore-next-line shared-read -- the value is only printed
    Print(Ring->Shared->Consumer);
#pragma prefast(suppress: 28126, "known | harmless")
    Print(Ring->Shared->Flags);
    return Index;
}
`;

export const odirText = 'int *p = (int*)input;\r\nint v = *p; // na\u00efve \ud83d\ude00\r\nint w = *p;\r\n';

export const texts: ReadonlyMap<string, string> = new Map([
  ['src/ring.c', ringText],
  ['src/o dir/\u00fcber #1.c', odirText],
]);

function place(file: string, text: string, needle: string, from = 0) {
  const start = text.indexOf(needle, from);
  return { file, start, end: start + needle.length };
}

const ring = (needle: string) => place('src/ring.c', ringText, needle);
const origin = { ...ring('MapToUser(Ring->Memory)'), role: 'origin' as const, message: '`MapToUser` maps it into a process.' };

export const findings: readonly Finding[] = [
  {
    rule: 'shared-read',
    severity: 'error',
    message: '`Ring->Shared->Producer` is read plainly, and user mode can write it <at any time>.',
    ...ring('Ring->Shared->Producer'),
    functionName: 'Peek',
    path: [
      origin,
      { ...ring('Ring->Shared'), role: 'flow', message: 'Stored in `RING.Shared`.' },
      { ...ring('Ring->Shared->Producer'), role: 'use', message: 'Read here.' },
      { ...ring('return Index'), role: 'guard', message: 'No check stands before it.' },
    ],
    fixes: [
      {
        title: 'Read it once with `ReadULongNoFence`',
        class: 'safe',
        edits: [{ ...ring('Ring->Shared->Producer'), newText: 'ReadULongNoFence(&Ring->Shared->Producer)' }],
      },
      { title: 'Copy the whole ring first', class: 'text', edits: [] },
    ],
    confidence: 'certain',
  },
  {
    rule: 'shared-read',
    severity: 'error',
    message: 'Read plainly.',
    ...ring('Ring->Shared->Consumer'),
    functionName: 'Peek',
    path: [origin],
    fixes: [],
    confidence: 'likely',
  },
  {
    rule: 'shared-read',
    severity: 'info',
    message: 'Read plainly.',
    ...ring('Ring->Shared->Flags'),
    functionName: 'Peek',
    path: [],
    fixes: [],
    confidence: 'possible',
  },
  {
    rule: 'length-unchecked',
    severity: 'warning',
    message: '`*p` is read without a check of the length.',
    ...place('src/o dir/\u00fcber #1.c', odirText, '*p', 20),
    path: [],
    fixes: [],
    confidence: 'certain',
    configuration: '`SECURE` not defined',
  },
  {
    rule: 'look-here',
    severity: 'hint',
    message: 'Look at this.',
    ...place('src/o dir/\u00fcber #1.c', odirText, 'w = *p'),
    path: [],
    fixes: [],
    confidence: 'certain',
  },
];

export const notes: readonly Note[] = [
  { file: '', kind: 'bound', message: '3 files were left out: the limit is 5 files in one scan.' },
  { file: 'src/huge.c', kind: 'skipped', message: 'Not analysed: 50 MB, and the limit is 8 MB.' },
  { file: 'src/o dir/\u00fcber #1.c', kind: 'encoding', message: 'Not UTF-8: read as Windows-1252.' },
  { file: 'src/ring.c', kind: 'not-understood', message: 'This text was not understood.', start: 0, end: 8 },
];

export function report(changes: Partial<Settings> = {}): Report {
  const settings: Settings = {
    profile: 'audit',
    severities: {},
    trusted: true,
    project: emptyProject,
    baseline: new Set(),
    ...changes,
  };
  const files = [...texts.keys()].sort();
  const finished = new Finisher().finish({ findings, files, text: (file) => texts.get(file), metas, settings });
  return {
    outcome: { findings: finished, notes, files },
    rules: [...metas, ...builtinRules],
    text: (file) => texts.get(file),
    page: (rule) => builtinPages[rule] ?? (rule === 'shared-read' ? '# shared-read\n\nReads `shared` memory.\n' : undefined),
    trusted: settings.trusted,
    version: '1.2.3',
    surface: [
      {
        kind: 'ioctl',
        name: 'IOCTL_PEEK',
        place: ring('Peek'),
        facts: ['`METHOD_NEITHER`: the driver gets raw user addresses.', 'Reads <the> raw input address outside `__try`.'],
      },
      { kind: 'shared memory', name: 'RING.Shared', place: ring('Ring->Shared->Consumer'), facts: [] },
    ],
  };
}
