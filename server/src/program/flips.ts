/**
 * Which other configurations of a driver are worth a look: the default with one macro turned over, for macros that conditions inside or
 * around function bodies test. Owns the choice and its words; reads no text.
 */
import { NOT_DEFINED } from '../dialect/branches';
import { TARGET } from '../dialect/target';
import type { MacroDecl, Span } from '../syntax/ast';
import type { Conditional, Configuration, FileFacts } from '../syntax/facts';
import { isHeader } from './groups';

export interface Flip {
  /** Tested names that it turns over. */
  readonly names: ReadonlySet<string>;
  readonly configuration: Configuration;
  /** When something holds under the flip alone: `SECURE is defined`. */
  readonly on: string;
  /** When something holds without the flip alone: `SECURE is not defined`. */
  readonly off: string;
  /** Function bodies that it may change. */
  readonly bodies: number;
}

export interface Flips {
  readonly chosen: readonly Flip[];
  /** Those beyond the cap, in the words of `on`. */
  readonly dropped: readonly string[];
}

/** More configurations than this are not looked at beside the default. */
export const MAX_FLIPS = 8;

type Settings = readonly (readonly [string, string | undefined])[];
interface Group {
  readonly names: readonly string[];
  readonly settings: Settings;
  readonly on: string;
  readonly off: string;
}

/** Names that mean one thing together. */
const GROUPS: readonly Group[] = [
  {
    names: ['_WIN64', '_AMD64_', '_M_AMD64', '_M_X64', 'AMD64', '_X86_', '_M_IX86', 'WIN64'],
    settings: [
      ['_WIN64', undefined],
      ['_AMD64_', undefined],
      ['_M_AMD64', undefined],
      ['_M_X64', undefined],
      ['AMD64', undefined],
      ['__x86_64__', undefined],
      ['_X86_', '1'],
      ['_M_IX86', '600'],
    ],
    on: 'the target is x86',
    off: 'the target is not x86',
  },
  {
    names: ['_M_ARM64', '_ARM64_', 'ARM64', '_M_ARM64EC'],
    settings: [
      ['_AMD64_', undefined],
      ['_M_AMD64', undefined],
      ['_M_X64', undefined],
      ['AMD64', undefined],
      ['__x86_64__', undefined],
      ['_ARM64_', '1'],
      ['_M_ARM64', '1'],
      ['ARM64', '1'],
    ],
    on: 'the target is ARM64',
    off: 'the target is not ARM64',
  },
  {
    names: ['DBG', '_DEBUG'],
    settings: [
      ['DBG', '1'],
      ['_DEBUG', '1'],
    ],
    on: 'DBG is 1',
    off: 'DBG is not 1',
  },
  {
    names: ['NTDDI_VERSION', '_WIN32_WINNT', 'WINVER'],
    settings: [
      ['NTDDI_VERSION', '0x06010000'],
      ['_WIN32_WINNT', '0x0601'],
      ['WINVER', '0x0601'],
    ],
    on: 'the target is Windows 7',
    off: 'the target is newer than Windows 7',
  },
];

/** Names that tell compilers, languages, analysers and processors of the past apart: no build of a driver turns them over. */
const FIXED =
  /^(?:TRUE|FALSE|NULL|_?_cplusplus|_MSC_\w+|__GNUC__|__GNUC_\w+|__clang__|__MINGW\w+|__BORLANDC__|__WATCOMC__|__INTEL_COMPILER|_KERNEL_MODE|_USER_MODE|_PREFAST_|__midl|RC_INVOKED|lint|CODE_ANALYSIS|_M_ARM|_ARM_|_M_IA64|_IA64_|IA64|_M_ALPHA|_ALPHA_|_PPC_|_MIPS_|_MANAGED|__linux__|__APPLE__|__FreeBSD__|__KERNEL__|_NTDDK_|_NTIFS_|_WDMDDK_|_NTDDK|_NTIFS|__STDC\w*|ALLOC_PRAGMA|ALLOC_DATA_PRAGMA|KERNEL_MODE|KERNEL|_KERNEL|USER_MODE|(?:NTDDI|_WIN32_WINNT)_(?!VERSION)\w+|STATUS_\w+|\w*_INCLUDED_?|\w*(?:VERSION|_VER|_VER_M\w+)\w*)$/;

export function flipsOf(files: Iterable<FileFacts>): Flips {
  const bodies = new Map<string, Set<string>>();
  const values = new Map<string, string>();
  const all = [...files];
  const settled = new Set(all.flatMap(settledBy));
  for (const facts of all) {
    if (facts.conditionals.length === 0) continue;
    for (const c of facts.conditionals) {
      const touched = touchedBy(facts, c.start, c.end);
      if (touched.length === 0) continue;
      for (const name of c.names) {
        // A guard, or a default: the branch itself defines what it tests.
        if (facts.macros.some((m) => m.name === name && c.start < m.start && m.end < c.end)) continue;
        if ((FIXED.test(name) && name !== 'NTDDI_VERSION') || settled.has(name)) continue;
        const set = bodies.get(name) ?? new Set<string>();
        for (const t of touched) set.add(`${facts.path}:${t}`);
        bodies.set(name, set);
        if (!values.has(name)) values.set(name, valueIn(facts, name));
      }
    }
  }
  const flips: Flip[] = [];
  const done = new Set<string>();
  for (const name of [...bodies.keys()].sort()) {
    if (done.has(name)) continue;
    const group = GROUPS.find((g) => g.names.includes(name));
    if (!group && TARGET.has(name)) continue;
    const names = (group?.names ?? [name]).filter((n) => bodies.has(n));
    for (const n of names) done.add(n);
    const touched = new Set(names.flatMap((n) => [...(bodies.get(n) ?? [])]));
    const said = group ?? turned(name, values.get(name) ?? NOT_DEFINED);
    flips.push({
      names: new Set(names),
      configuration: new Map(said.settings),
      on: said.on,
      off: said.off,
      bodies: touched.size,
    });
  }
  flips.sort((a, b) => b.bodies - a.bodies || (a.on < b.on ? -1 : 1));
  return { chosen: flips.slice(0, MAX_FLIPS), dropped: flips.slice(MAX_FLIPS).map((f) => f.on) };
}

/** Names that a header defines whatever was built: no project of the driver turns them over. */
function settledBy(facts: FileFacts): string[] {
  if (!isHeader(facts.path)) return [];
  const within = (c: Span, m: Span): boolean => c.start < m.start && m.end < c.end;
  const isGuard = (c: Conditional, of: MacroDecl): boolean =>
    facts.macros.some((m) => m.name !== of.name && c.names.includes(m.name) && within(c, m));
  return facts.macros.flatMap((m) =>
    m.params === undefined && m.body !== '' && facts.conditionals.every((c) => !within(c, m) || isGuard(c, m)) ? [m.name] : [],
  );
}

/** Function bodies of a file that a range reaches into; at file scope, one for each body that no branch of the default reads. */
function touchedBy(facts: FileFacts, start: number, end: number): string[] {
  const out: string[] = [];
  for (const f of facts.functions) if (f.start < end && start < f.end) out.push(`${f.name}@${String(f.start)}`);
  if (facts.functions.some((f) => f.start <= start && end <= f.end)) return out;
  for (const dead of facts.inactive) {
    if (dead.start < start || dead.end > end) continue;
    const text = facts.text.slice(dead.start, dead.end);
    for (const m of text.matchAll(/^\{|\)\s*\{/gm)) out.push(`dead@${String(dead.start + m.index)}`);
  }
  return out;
}

function valueIn(facts: FileFacts, name: string): string {
  const own = facts.macros.find((m) => m.name === name);
  return own ? own.body.trim() : (facts.conditions.get(name) ?? NOT_DEFINED);
}

function turned(name: string, value: string): Group {
  const group = (to: string | undefined, on: string, off: string): Group => ({
    names: [name],
    settings: [[name, to]],
    on: `${name} is ${on}`,
    off: `${name} is ${off}`,
  });
  if (value === NOT_DEFINED) return group('1', 'defined', 'not defined');
  if (/^\(?0[xX]?0*[uUlL]*\)?$/.test(value)) return group('1', '1', '0');
  return group(undefined, 'not defined', 'defined');
}
