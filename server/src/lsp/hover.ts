/**
 * What there is to say about the name or number under the pointer: its origin, the summary of a function, a control code, a kernel
 * interface. Asks the engine and the model; computes nothing about code. Markdown out.
 */
import type { ApiFact, DdiFact, Model, Origin } from '../model/model';
import type { OriginAnswer } from '../cli/parts';
import type { MacroDecl, Span } from '../syntax/ast';
import { controlCodeArguments, describeControlCode, describeNumber } from './control-code';
import type { EditorEngine, HoverAnswer } from './engine';

const WORD = /[A-Za-z_]\w*|0[xX][0-9a-fA-F]+/y;

/** The identifier or hexadecimal number at an offset. */
export function wordAt(text: string, offset: number): (Span & { readonly word: string }) | undefined {
  let start = offset;
  while (start > 0 && /\w/.test(text[start - 1] ?? '')) start--;
  WORD.lastIndex = start;
  const word = WORD.exec(text)?.[0];
  return word === undefined || start + word.length < offset ? undefined : { word, start, end: start + word.length };
}

/** `paths` are the files in which a macro may be defined. */
export function hoverAt(
  engine: EditorEngine,
  model: Model,
  paths: readonly string[],
  path: string,
  text: string,
  offset: number,
): HoverAnswer | undefined {
  const own = engine.hoverAt?.(path, offset);
  const found = wordAt(text, offset);
  if (!found) return own;
  const parts = own ? [own.markdown] : [];
  const origin = engine.originInside?.(path, offset);
  if (origin) parts.push(...describeOrigin(text.slice(origin.start, origin.end), origin));
  const code = controlCodeOf(engine, paths, found.word);
  if (code !== undefined) parts.push(code);
  for (const summary of engine.summaryOf?.(found.word) ?? []) {
    if (summary.facts.length > 0) parts.push(`\`${summary.name}\`\n\n${summary.facts.map((fact) => `- ${fact}`).join('\n')}`);
  }
  const declared = describeDeclared(engine, paths, found.word);
  if (declared !== undefined) parts.push(declared);
  const kernel = describeInterface(model.ddi(found.word), model.api(found.word));
  if (kernel !== undefined) parts.push(kernel);
  return parts.length === 0 ? undefined : { start: found.start, end: found.end, markdown: parts.join('\n\n---\n\n') };
}

const ORIGINS: Readonly<Record<Origin, string>> = {
  UserVA: 'user-mode memory: needs a probe, `__try`, and one fetch',
  SharedPages: 'pages that user mode can write at any time',
  SharedView: 'a section view that user mode can write, unmap or protect',
  Buffered: 'the caller’s buffer, copied by the I/O manager: its content is untrusted',
  Packet: 'bytes from the network',
  Registry: 'read from the registry',
  Peer: 'given by another driver',
  Device: 'memory that a device writes',
  Snapshot: 'untrusted, but fetched once: it no longer changes',
  Kernel: 'kernel memory',
};

/** Silent about what is the kernel's own: that is most of a driver. */
function describeOrigin(expression: string, { origins }: OriginAnswer): string[] {
  const foreign = origins.filter(({ origin }) => origin !== 'Kernel');
  if (foreign.length === 0) return [];
  const lines = foreign.map(({ origin, of, certain, witness }) => {
    const why = witness?.message === undefined ? '' : `. ${witness.message.charAt(0).toUpperCase()}${witness.message.slice(1)}`;
    return `- ${of === 'pointee' ? 'points to' : 'value'}${certain ? '' : ', possibly'}: **${origin}**, ${ORIGINS[origin]}${why}`;
  });
  return [`\`${expression.replace(/\s+/g, ' ').slice(0, 100)}\`\n\n${lines.join('\n')}`];
}

function controlCodeOf(engine: EditorEngine, paths: readonly string[], word: string): string | undefined {
  if (/^0[xX][0-9a-fA-F]{5,8}$/.test(word)) {
    const code = Number(word);
    // A device type of zero is no device, and a round number is rather a mask.
    return code >>> 16 === 0 || (code & 0xffff) === 0 ? undefined : `As a control code:\n\n${describeNumber(code)}`;
  }
  const macro = macroNamed(engine, paths, word);
  const args = macro && controlCodeArguments(macro.body);
  return args ? `Control code \`${word}\`\n\n${describeControlCode(args)}` : undefined;
}

function macroNamed(engine: EditorEngine, paths: readonly string[], name: string): MacroDecl | undefined {
  for (const path of paths) {
    const found = engine.facts(path)?.macros.find((macro) => macro.name === name);
    if (found) return found;
  }
  return undefined;
}

/** Annotations by which a driver says what its own function asks of callers. */
const SAID: Readonly<Record<string, string>> = {
  _IRQL_requires_: 'Must be called at IRQL',
  _IRQL_requires_max_: 'May be called up to IRQL',
  _IRQL_requires_min_: 'Must be called from IRQL',
  _IRQL_raises_: 'Raises the IRQL to',
  _IRQL_requires_same_: 'Leaves the IRQL as it was',
  _Requires_lock_held_: 'Needs the lock',
  _Requires_lock_not_held_: 'Must not be called with the lock',
  _Acquires_lock_: 'Acquires',
  _Releases_lock_: 'Releases',
  _Must_inspect_result_: 'The result must be looked at',
  _Dispatch_type_: 'Serves',
};

/** What the annotations of a function of the driver say: IRQL, locks, and the direction and size of parameters. */
function describeDeclared(engine: EditorEngine, paths: readonly string[], word: string): string | undefined {
  const lines = new Set<string>();
  let where: string | undefined;
  for (const path of paths) {
    const facts = engine.facts(path);
    for (const decl of [...(facts?.functions ?? []), ...(facts?.prototypes ?? [])]) {
      if (decl.name !== word) continue;
      if (decl.body || where === undefined) where = path;
      for (const { name, args } of decl.annotations) {
        const said = SAID[name];
        if (said !== undefined) lines.add(args.length > 0 ? `${said} \`${args.join(', ')}\`` : said);
      }
      for (const param of decl.params) {
        const sal = param.annotations.map(({ name, args }) => (args.length > 0 ? `${name}(${args.join(', ')})` : name));
        if (sal.length > 0 && param.name !== '') lines.add(`\`${param.name}\`: \`${sal.join(' ')}\``);
      }
    }
  }
  if (where === undefined || lines.size === 0) return undefined;
  return `\`${word}\` — ${where}\n\n${[...lines].map((line) => `- ${line}`).join('\n')}`;
}

function describeInterface(ddi: DdiFact | undefined, api: ApiFact | undefined): string | undefined {
  if (!ddi && !api) return undefined;
  const name = ddi?.name ?? api?.name ?? '';
  const slug = ddi?.slug ?? (api?.src?.includes('/') && !api.src.startsWith('header:') ? api.src : undefined);
  const lines: string[] = [];
  const header = ddi?.header ?? /^header:(.*)$/.exec(api?.src ?? '')?.[1];
  const title =
    slug === undefined ? `\`${name}\`` : `[\`${name}\`](https://learn.microsoft.com/windows-hardware/drivers/ddi/${slug})`;
  const irql = api?.irql ?? (ddi?.irql === 'remarks' ? 'see its page' : ddi?.irql);
  if (irql !== undefined) lines.push(`IRQL ${irql.replaceAll('<=', '≤ ')}`);
  if (api) lines.push(...describeFact(api));
  const params = ddi?.params?.map((param) => `${param.name}${param.dir === undefined ? '' : ` (${param.dir})`}`).join(', ');
  if (params) lines.push(`Parameters: ${params}`);
  return `${title}${header === undefined ? '' : ` — ${header}`}\n\n${lines.map((line) => `- ${line}`).join('\n')}`.trim();
}

/** Facts of the model in words; only those that a reviewer acts on. */
function describeFact(api: ApiFact): string[] {
  const lines: string[] = [];
  if (api.raises !== undefined && api.raises !== false)
    lines.push(`Raises an exception${api.raises === true ? '' : ` (${api.raises})`}`);
  if (api.seh) lines.push('Must be called inside `__try`');
  if (api.probes === true) lines.push('Probes its user address');
  if (api.access !== undefined && api.volatile)
    lines.push(`Accesses memory once (${api.access}${api.order === undefined ? '' : `, ${api.order}`})`);
  if (api.result !== undefined) lines.push(`Result: ${api.result}`);
  if (api.nullOnFail) lines.push('The result is NULL on failure');
  if (api.mustCheck) lines.push('The result must be checked');
  if (typeof api.untrusted === 'string') lines.push(`Untrusted: ${api.untrusted}`);
  if (Array.isArray(api.untrusted)) lines.push(`Untrusted: ${api.untrusted.join(', ')}`);
  if (api.dangerous !== undefined) lines.push(`Dangerous: ${api.dangerous}`);
  if (api.blocks !== undefined && api.blocks !== false) lines.push(`May wait${api.blocks === true ? '' : ` (${api.blocks})`}`);
  if (api.pair !== undefined && api.pair.length > 0) lines.push(`Undone by ${api.pair.map((name) => `\`${name}\``).join(', ')}`);
  if (api.note !== undefined) lines.push(api.note.charAt(0).toUpperCase() + api.note.slice(1));
  return lines;
}
