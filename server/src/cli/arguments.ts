/**
 * Arguments of the commands, read and checked. Everything wrong is a UsageError with one line that says what to do.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { commandNames, UsageError } from './usage';

export type ScanFormat = 'text' | 'json' | 'sarif' | 'markdown' | 'html';
export type FailOn = 'error' | 'warning' | 'info' | 'never';

export interface ScanArguments {
  readonly paths: readonly string[];
  readonly format: ScanFormat;
  readonly output?: string;
  readonly failOn: FailOn;
  readonly rules?: readonly string[];
  readonly profile?: 'default' | 'audit';
  /** Threads; undefined: as many as help. */
  readonly jobs: number | undefined;
  readonly useCache: boolean;
  readonly trustProject: boolean;
  readonly stats?: string;
  readonly baseline?: string;
  readonly writeBaseline: boolean;
  readonly changedFiles?: string;
}

export interface InspectArguments {
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
  readonly origins: readonly { readonly file: string; readonly line: number; readonly column: number }[];
  readonly summaries: readonly string[];
  readonly trustProject: boolean;
}

export type Command =
  | { readonly name: 'help'; readonly about?: string }
  | { readonly name: 'version' }
  | { readonly name: 'scan'; readonly options: ScanArguments }
  | { readonly name: 'rules'; readonly format: 'text' | 'json' }
  | { readonly name: 'explain'; readonly rule: string }
  | { readonly name: 'inspect'; readonly options: InspectArguments }
  | {
      readonly name: 'surface';
      readonly paths: readonly string[];
      readonly format: 'text' | 'json' | 'markdown';
      readonly trustProject: boolean;
    }
  | { readonly name: 'lsp' };

/** @throws UsageError */
export function readArguments(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help')
    return { name: 'help', about: first === 'help' ? rest[0] : undefined };
  if (first === '--version' || first === '-V') return { name: 'version' };
  if (!commandNames.includes(first)) {
    const what = first.startsWith('-') ? 'option' : 'command';
    throw new UsageError(`there is no ${what} \`${first}\`; \`fencepost --help\` lists the commands`);
  }
  const parsed = parse(first, rest);
  if (parsed.values['help'] === true) return { name: 'help', about: first };
  return read(first, parsed);
}

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

type Options = NonNullable<ParseArgsConfig['options']>;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const HELP: Options = { help: { type: 'boolean', short: 'h' } };
const OPTIONS: Readonly<Record<string, Options>> = {
  scan: {
    ...HELP,
    format: TEXT,
    output: { type: 'string', short: 'o' },
    'fail-on': TEXT,
    rules: TEXT,
    profile: TEXT,
    jobs: { type: 'string', short: 'j' },
    'no-cache': FLAG,
    'ignore-project-config': FLAG,
    stats: TEXT,
    baseline: TEXT,
    'write-baseline': FLAG,
    'changed-files': TEXT,
  },
  rules: { ...HELP, format: TEXT },
  explain: HELP,
  inspect: {
    ...HELP,
    format: TEXT,
    origin: { type: 'string', multiple: true },
    summary: { type: 'string', multiple: true },
    'ignore-project-config': FLAG,
  },
  surface: { ...HELP, format: TEXT, 'ignore-project-config': FLAG },
  lsp: { ...HELP, stdio: FLAG },
};

function parse(command: string, args: readonly string[]): Parsed {
  try {
    return parseArgs({ args: [...args], options: OPTIONS[command] ?? {}, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node explains at length; the first sentence names the option.
    const sentence = (message.split(/[.\n]\s/)[0] ?? message).replace(/\.$/, '');
    throw new UsageError(
      `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}; \`fencepost ${command} --help\` lists the options`,
    );
  }
}

function read(command: string, parsed: Parsed): Command {
  const { positionals } = parsed;
  switch (command) {
    case 'scan':
      return { name: 'scan', options: scanArguments(parsed) };
    case 'rules':
      return { name: 'rules', format: choice(parsed, 'format', ['text', 'json'], 'text') };
    case 'explain': {
      const [rule] = positionals;
      if (rule === undefined || positionals.length > 1)
        throw new UsageError('`fencepost explain` takes one rule; `fencepost rules` lists them');
      return { name: 'explain', rule };
    }
    case 'inspect':
      return { name: 'inspect', options: inspectArguments(parsed) };
    case 'surface':
      return {
        name: 'surface',
        paths: positionals.length > 0 ? positionals : ['.'],
        format: choice(parsed, 'format', ['text', 'json', 'markdown'], 'text'),
        trustProject: parsed.values['ignore-project-config'] !== true,
      };
    default:
      if (parsed.values['stdio'] !== true)
        throw new UsageError('the language server speaks over standard input and output: call `fencepost lsp --stdio`');
      return { name: 'lsp' };
  }
}

function scanArguments(parsed: Parsed): ScanArguments {
  const text = (name: string) => textOf(parsed, name);
  const jobs = text('jobs');
  if (jobs !== undefined && !/^[1-9]\d{0,2}$/.test(jobs))
    throw new UsageError(`--jobs takes a number from 1 to 999, not \`${jobs}\``);
  const rules = text('rules')
    ?.split(',')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '');
  if (rules?.length === 0) throw new UsageError('--rules names no rule; `fencepost rules` lists them');
  const baseline = text('baseline');
  const writeBaseline = parsed.values['write-baseline'] === true;
  const changedFiles = text('changed-files');
  if (writeBaseline && changedFiles !== undefined)
    throw new UsageError('--write-baseline is for a whole scan: leave --changed-files out');
  return {
    paths: parsed.positionals.length > 0 ? parsed.positionals : ['.'],
    format: choice(parsed, 'format', ['text', 'json', 'sarif', 'markdown', 'html'], 'text'),
    output: text('output'),
    failOn: choice(parsed, 'fail-on', ['error', 'warning', 'info', 'never'], 'error'),
    rules,
    profile: parsed.values['profile'] === undefined ? undefined : choice(parsed, 'profile', ['default', 'audit'], 'default'),
    jobs: jobs === undefined ? undefined : Number(jobs),
    useCache: parsed.values['no-cache'] !== true,
    trustProject: parsed.values['ignore-project-config'] !== true,
    stats: text('stats'),
    baseline,
    writeBaseline,
    changedFiles,
  };
}

function inspectArguments(parsed: Parsed): InspectArguments {
  const list = (name: string): string[] => {
    const value = parsed.values[name];
    return Array.isArray(value) ? value.map(String) : [];
  };
  if (parsed.positionals.length === 0) throw new UsageError('`fencepost inspect` needs a folder or a file');
  return {
    paths: parsed.positionals,
    format: choice(parsed, 'format', ['text', 'json'], 'text'),
    origins: list('origin').map((place) => {
      const match = /^(.+):(\d+):(\d+)$/.exec(place);
      const [file, line, column] = [match?.[1], Number(match?.[2]), Number(match?.[3])];
      if (file === undefined || line < 1 || column < 1)
        throw new UsageError(`--origin takes FILE:LINE:COL with numbers from 1, not \`${place}\``);
      return { file: file.replaceAll('\\', '/').replace(/^\.\//, ''), line, column };
    }),
    summaries: list('summary'),
    trustProject: parsed.values['ignore-project-config'] !== true,
  };
}

function textOf(parsed: Parsed, name: string): string | undefined {
  const value = parsed.values[name];
  if (value === '') throw new UsageError(`--${name} needs a value`);
  return typeof value === 'string' ? value : undefined;
}

function choice<const T extends string>(parsed: Parsed, name: string, allowed: readonly T[], otherwise: T): T {
  const value = parsed.values[name];
  if (value === undefined) return otherwise;
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new UsageError(
      `--${name} takes ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1) ?? ''}, not \`${String(value)}\``,
    );
  return found;
}
