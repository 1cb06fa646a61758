/**
 * Device control codes: what the number says, and which names of the workspace are one. The layout is that of `CTL_CODE` in the kit's
 * documentation ("Defining I/O Control Codes"): device type 16 bits, access 2, function 12, method 2.
 */
import type { Expr, Span } from '../../syntax/ast';
import type { Constants } from '../../program/constants';
import { PRELUDE, type Program } from '../../program/program';

export interface ControlCode {
  readonly device: number;
  readonly access: number;
  readonly function: number;
  /** 0 buffered, 1 in-direct, 2 out-direct, 3 neither. */
  readonly method: number;
}

export function decodeControlCode(code: number): ControlCode {
  return { device: (code >>> 16) & 0xffff, access: (code >>> 14) & 3, function: (code >>> 2) & 0xfff, method: code & 3 };
}

const METHODS = ['METHOD_BUFFERED', 'METHOD_IN_DIRECT', 'METHOD_OUT_DIRECT', 'METHOD_NEITHER'];
const BUFFERS = [
  'input and output are one system buffer',
  'the input is a system buffer, the output pages of the caller are locked for reading',
  'the input is a system buffer, the output pages of the caller are locked',
  'the driver gets raw user addresses',
];
const ACCESSES = ['FILE_ANY_ACCESS', 'FILE_READ_ACCESS', 'FILE_WRITE_ACCESS', 'FILE_READ_ACCESS | FILE_WRITE_ACCESS'];
const WHO = [
  'any handle can send it',
  'the handle needs read access',
  'the handle needs write access',
  'the handle needs read and write access',
];

/** What the number says, in sentences. */
export function describeCode(code: number): string[] {
  const { device, access, function: fn, method } = decodeControlCode(code);
  return [
    `Control code ${hex(code, 8)}: device type ${hex(device, 0)}, function ${hex(fn, 0)}.`,
    `\`${METHODS[method] ?? ''}\`: ${BUFFERS[method] ?? ''}.`,
    `\`${ACCESSES[access] ?? ''}\`: ${WHO[access] ?? ''}.`,
  ];
}

/** The words that the number was made of. */
export function codeParts(code: number): { readonly method: string; readonly access: string } {
  const { access, method } = decodeControlCode(code);
  return { method: METHODS[method] ?? '', access: ACCESSES[access] ?? '' };
}

export function hex(n: number, digits: number): string {
  return `0x${n.toString(16).padStart(digits, '0')}`;
}

/** A name for a control code. */
export interface NamedCode extends Span {
  readonly name: string;
  readonly file: string;
  /** Absent when its parts are not known here. */
  readonly value?: number;
}

/**
 * Every object-like macro and enumerator that is made by `CTL_CODE`, directly or through another name, in files that kernel code reads.
 * @param files files of kernel code
 */
export function declaredCodes(program: Program, constants: Constants, files: readonly string[]): NamedCode[] {
  const read = new Set(files);
  for (const f of files) for (const g of program.includes.closure(f)) read.add(g);
  const out: NamedCode[] = [];
  for (const file of [...read].sort()) {
    const facts = file === PRELUDE ? undefined : program.files.get(file);
    if (!facts) continue;
    for (const m of facts.macros) {
      if (m.params || !isCode(program.snippet(m)?.expr, program, file)) continue;
      out.push({ name: m.name, file, start: m.start, end: m.end, value: codeValue(constants.named(m.name, file)) });
    }
    for (const e of facts.enums)
      for (const member of e.members)
        if (isCode(member.value, program, file))
          out.push({ name: member.name, file, ...member.span, value: codeValue(constants.named(member.name, file)) });
  }
  return out;
}

function codeValue(n: number | undefined): number | undefined {
  return n === undefined ? undefined : n >>> 0;
}

/** Made by `CTL_CODE`, perhaps inside a macro of the driver's own. */
function isCode(e: Expr | undefined, program: Program, file: string, depth = 0): boolean {
  if (!e || depth > 8) return false;
  const go = (x: Expr | undefined): boolean => isCode(x, program, file, depth + 1);
  switch (e.kind) {
    case 'cast':
    case 'un':
      return go(e.x);
    case 'id': {
      const m = program.macro(e.name, file);
      return m !== undefined && !m.decl.params && m.file !== PRELUDE && go(program.snippet(m.decl)?.expr);
    }
    case 'call': {
      if (e.f.kind !== 'id') return false;
      if (e.f.name === 'CTL_CODE') return true;
      const m = program.macro(e.f.name, file);
      return m?.decl.params !== undefined && go(program.snippet(m.decl)?.expr);
    }
    case 'bin':
      return (e.op === '|' || e.op === '+') && (go(e.l) || go(e.r));
    default:
      return false;
  }
}
