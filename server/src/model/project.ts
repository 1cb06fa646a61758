/**
 * Reads `fencepost.json`: JSON with comments, one entry at a time. A wrong entry is reported with its place and left out; the rest counts.
 * Never throws, touches no disk: it is handed text. The schema that editors use is schemas/fencepost.schema.json; a test holds the two equal.
 */
// The ES module by its path: the package's main file is UMD, whose inner requires no bundler can follow.
import { parseTree, printParseErrorCode } from 'jsonc-parser/lib/esm/main.js';
import type { Node, ParseError } from 'jsonc-parser/lib/esm/main.js';
import type { ApiFact, DriverDefinition, ProjectModel, ProjectPlace } from './model';
import { Entries } from './project-entries';

export type RuleLevel = 'error' | 'warning' | 'info' | 'hint' | 'off';

export interface ProjectConfig {
  /** The part that speaks about code. */
  readonly model: ProjectModel;
  readonly profile?: 'default' | 'audit';
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** Globs; empty: everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Relative to the folder of `fencepost.json`, inside it, forward slashes. */
  readonly baseline?: string;
}

/** Something wrong in the file. Offsets in UTF-16 units, line and column from 1. */
export interface ProjectProblem extends ProjectPlace {
  /** One plain sentence. */
  readonly message: string;
}

export interface ParsedProject {
  readonly config: ProjectConfig;
  /** Ordered by place. */
  readonly problems: readonly ProjectProblem[];
}

/** The keys that may stand at the top, in the order in which the pages explain them. */
export const projectKeys = [
  '$schema',
  'sharedTypes',
  'sharedFields',
  'accessors',
  'fences',
  'trustedTypes',
  'assertsThatStay',
  'rules',
  'profile',
  'include',
  'exclude',
  'drivers',
  'defines',
  'baseline',
] as const;

const identifier = /^[A-Za-z_]\w*$/;
const fieldPath = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/;
const ruleId = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const levels = ['error', 'warning', 'info', 'hint', 'off'] as const;
const accessorOrders = ['relaxed', 'acquire', 'release', 'full'] as const;
const fenceOrders = ['full', 'acquire', 'release', 'load', 'store', 'compiler'] as const;

const aType = 'the name of a type, such as `RING_HEADER`';
const aFunction = 'the name of a function or macro';
const aGlob = 'a path pattern that is not empty';

/**
 * Reads the text of a `fencepost.json`.
 * @param knownRules ids that exist; when given, others are reported and left out.
 */
export function parseProject(text: string, knownRules?: ReadonlySet<string>): ParsedProject {
  const entries = new Entries(text);
  const root = tree(text, entries);
  const top = root && entries.object(root, 'The file', projectKeys);
  const config = read(top ?? new Map(), entries, knownRules);
  return { config, problems: entries.sorted() };
}

/** The syntax tree, as far as the text has one. Syntax errors are reported; a text nested too deeply for the parser has no tree. */
function tree(text: string, entries: Entries): Node | undefined {
  // A byte order mark is no white space to the parser; offsets must not move.
  const source = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const errors: ParseError[] = [];
  try {
    const root = parseTree(source, errors, { allowTrailingComma: true, allowEmptyContent: true });
    for (const error of errors) entries.problemAt(error.offset, error.length, `Syntax: ${printParseErrorCode(error.error)}.`);
    return root;
  } catch {
    entries.problemAt(0, 0, 'The file is nested too deeply to be read; all of it is ignored.');
    return undefined;
  }
}

function read(top: ReadonlyMap<string, Node>, entries: Entries, knownRules: ReadonlySet<string> | undefined): ProjectConfig {
  const list = (key: string, pattern: RegExp, what: string): readonly Node[] => entries.strings(top.get(key), key, pattern, what);
  const names = (key: string, pattern: RegExp, what: string): Set<string> =>
    new Set(list(key, pattern, what).map((node) => entries.remember(key, node)));

  const sharedTypes = names('sharedTypes', identifier, aType);
  const trustedTypes = new Set<string>();
  for (const node of list('trustedTypes', identifier, aType)) {
    const name = String(node.value);
    if (sharedTypes.has(name)) entries.problem(node, `\`${name}\` stands in \`sharedTypes\` too; it is not trusted.`);
    else trustedTypes.add(entries.remember('trustedTypes', node));
  }
  const model: ProjectModel = {
    sharedTypes,
    sharedFields: names('sharedFields', fieldPath, 'a type and a field path, such as `RING.Shared.Flags`'),
    accessors: facts('accessors', top, entries, readAccessor),
    fences: facts('fences', top, entries, readFence),
    trustedTypes,
    assertsThatStay: names('assertsThatStay', identifier, aFunction),
    build: {
      drivers: entries.items(top.get('drivers'), 'drivers').flatMap((node) => readDriver(node, entries)),
      defines: readDefines(top.get('defines'), entries),
      prefix: '',
    },
    places: entries.places,
  };
  const globs = (key: string): readonly string[] => list(key, /\S/, aGlob).map((node) => slashes(String(node.value)));
  return {
    model,
    profile: entries.choice(top.get('profile'), '`profile`', ['default', 'audit']),
    rules: readRules(top.get('rules'), entries, knownRules),
    include: globs('include'),
    exclude: globs('exclude'),
    baseline: readBaseline(top.get('baseline'), entries),
  };
}

type FactReader = (node: Node, entries: Entries) => ApiFact | undefined;

function facts(
  key: string,
  top: ReadonlyMap<string, Node>,
  entries: Entries,
  readFact: FactReader,
): ReadonlyMap<string, ApiFact> {
  const result = new Map<string, ApiFact>();
  for (const node of entries.items(top.get(key), key)) {
    const fact = readFact(node, entries);
    if (!fact) continue;
    if (result.has(fact.name)) entries.problem(node, `\`${fact.name}\` stands in \`${key}\` twice; the first one counts.`);
    else result.set(fact.name, { ...fact, place: entries.place(node), src: 'project' });
    entries.rememberPlace(`${key}/${fact.name}`, node);
  }
  return result;
}

function readAccessor(node: Node, entries: Entries): ApiFact | undefined {
  const object = entries.object(node, 'An entry of `accessors`', ['name', 'access', 'order', 'width', 'args']);
  const name = entries.required(object, node, 'name', identifier, aFunction);
  const access = object && entries.choice(object.get('access'), '`access`', ['read', 'write']);
  if (object && !object.has('access')) entries.problem(node, 'An accessor needs `access`, which is "read" or "write".');
  if (!name || !access) return undefined;
  const order = object.has('order') ? entries.choice(object.get('order'), '`order`', accessorOrders) : 'relaxed';
  if ((access === 'read' && order === 'release') || (access === 'write' && order === 'acquire')) {
    entries.problem(object.get('order') ?? node, `A ${access} cannot have the order "${order}".`);
    return undefined;
  }
  if (!order) return undefined;
  const width = entries.number(
    object.get('width'),
    '`width`',
    (value) => [8, 16, 32, 64].includes(value),
    '8, 16, 32 or 64 bits',
  );
  const args: Record<string, number> = access === 'read' ? { src: 0 } : { dst: 0, value: 1 };
  const given = object.get('args');
  const positions = given && entries.object(given, '`args`', ['src', 'dst', 'value']);
  for (const [role, at] of positions ?? []) {
    const position = entries.number(
      at,
      `\`${role}\``,
      (value) => Number.isInteger(value) && value >= 0 && value < 64,
      'a position from 0',
    );
    if (position !== undefined) args[role] = position;
  }
  return { name, role: 'volatile-accessor', access, order, args, volatile: true, ...(width === undefined ? {} : { width }) };
}

function readFence(node: Node, entries: Entries): ApiFact | undefined {
  const object = entries.object(node, 'An entry of `fences`', ['name', 'order']);
  const name = entries.required(object, node, 'name', identifier, aFunction);
  const order = object && entries.choice(object.get('order'), '`order`', fenceOrders);
  if (object && !object.has('order')) entries.problem(node, `A fence needs \`order\`: one of ${fenceOrders.join(', ')}.`);
  return name && order ? { name, role: 'fence', order } : undefined;
}

function readRules(
  node: Node | undefined,
  entries: Entries,
  knownRules: ReadonlySet<string> | undefined,
): Readonly<Record<string, RuleLevel>> {
  const rules: [string, RuleLevel][] = [];
  for (const [id, value] of (node && entries.object(node, '`rules`')) ?? []) {
    if (!ruleId.test(id) || (knownRules && !knownRules.has(id))) {
      entries.problem(entries.keyOf(value), `There is no rule \`${id}\`.`);
      continue;
    }
    const level = entries.choice(value, `The level of \`${id}\``, levels);
    if (level) rules.push([id, level]);
  }
  return Object.fromEntries(rules);
}

function readDriver(node: Node, entries: Entries): DriverDefinition[] {
  const object = entries.object(node, 'An entry of `drivers`', ['name', 'files', 'defines']);
  const name = entries.required(object, node, 'name', /\S/, 'a name');
  if (!object || !name) return [];
  const files = entries.strings(object.get('files'), 'files', /\S/, aGlob).map((x) => slashes(String(x.value)));
  if (files.length === 0) {
    entries.problem(node, `The driver \`${name}\` has no \`files\`.`);
    return [];
  }
  return [{ name, files, defines: readDefines(object.get('defines'), entries) }];
}

function readDefines(node: Node | undefined, entries: Entries): ReadonlyMap<string, string> {
  const defines = new Map<string, string>();
  for (const [name, value] of (node && entries.object(node, '`defines`')) ?? []) {
    if (!identifier.test(name)) entries.problem(entries.keyOf(value), `\`${name}\` cannot be the name of a macro.`);
    else if (typeof value.value === 'string' && !/[\r\n]/.test(value.value)) defines.set(name, value.value);
    else if (typeof value.value === 'number' && Number.isInteger(value.value)) defines.set(name, String(value.value));
    else if (typeof value.value === 'boolean') defines.set(name, value.value ? '1' : '0');
    else entries.problem(value, `\`${name}\` must be one line of text, a whole number, true or false.`);
  }
  return defines;
}

function readBaseline(node: Node | undefined, entries: Entries): string | undefined {
  if (!node) return undefined;
  const value = typeof node.value === 'string' ? slashes(node.value) : '';
  // The file may come with a driver that one does not trust: it must not name files elsewhere.
  if (value.trim() !== '' && !/^(\/|[A-Za-z]:)/.test(value) && !value.split('/').includes('..')) return value;
  entries.problem(node, '`baseline` must be a path inside the folder of this file.');
  return undefined;
}

function slashes(path: string): string {
  return path.replace(/\\/g, '/');
}
