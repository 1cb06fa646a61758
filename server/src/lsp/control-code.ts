/**
 * Decodes Windows device control codes: `CTL_CODE` as written, and the number that it makes. Pure. The layout is that of `CTL_CODE` in
 * the kit's public documentation ("Defining I/O Control Codes"): device type 16 bits, access 2, function 12, method 2.
 */

export interface ControlCode {
  readonly device: number;
  readonly access: number;
  readonly function: number;
  readonly method: number;
}

const METHODS = ['METHOD_BUFFERED', 'METHOD_IN_DIRECT', 'METHOD_OUT_DIRECT', 'METHOD_NEITHER'];
const ACCESSES = ['FILE_ANY_ACCESS', 'FILE_READ_ACCESS', 'FILE_WRITE_ACCESS', 'FILE_READ_ACCESS | FILE_WRITE_ACCESS'];
const DEVICES: ReadonlyMap<number, string> = new Map([
  [0x12, 'FILE_DEVICE_NETWORK'],
  [0x22, 'FILE_DEVICE_UNKNOWN'],
]);

export function decodeControlCode(code: number): ControlCode {
  return { device: (code >>> 16) & 0xffff, access: (code >>> 14) & 3, function: (code >>> 2) & 0xfff, method: code & 3 };
}

/** The arguments of a `CTL_CODE(…)` in the text of a macro, trimmed; undefined where there is none. */
export function controlCodeArguments(text: string): readonly string[] | undefined {
  const match = /\bCTL_CODE\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/.exec(text);
  const parts = match?.[1]?.split(',').map((part) => part.trim());
  return parts?.length === 4 ? parts : undefined;
}

/** The four parts, one line each, as Markdown. */
export function describeControlCode(args: readonly string[]): string {
  const [device = '', fn = '', method = '', access = ''] = args;
  const lines = [`- device type \`${device}\``, `- function \`${fn}\``, `- method \`${method}\`${methodNote(method)}`];
  lines.push(`- access \`${access}\`${/ANY|SPECIAL/.test(access) ? ': whoever can open the device can send it' : ''}`);
  return lines.join('\n');
}

export function describeNumber(code: number): string {
  const { device, access, function: fn, method } = decodeControlCode(code);
  const deviceName = DEVICES.get(device) ?? `0x${device.toString(16)}`;
  return describeControlCode([deviceName, `0x${fn.toString(16)}`, METHODS[method] ?? '', ACCESSES[access] ?? '']);
}

function methodNote(method: string): string {
  if (/NEITHER/.test(method)) return ': the driver gets raw user addresses';
  if (/BUFFERED/.test(method)) return ': one system buffer for input and output';
  if (/DIRECT/.test(method)) return ': a system buffer for input, locked user pages for the rest';
  return '';
}
