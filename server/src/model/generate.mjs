// Builds data/*.json from the tables of facts: `node server/src/model/generate.mjs FACTS_FOLDER`.
// The folder holds semantics.json and ddi.json (see the README there for fields and provenance). Deterministic; outputs are committed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { additions, pureRoles, roles } from './additions.mjs';

const facts = process.argv[2];
if (!facts) {
  console.error('usage: node server/src/model/generate.mjs FACTS_FOLDER (the folder with semantics.json and ddi.json)');
  process.exit(2);
}
const out = path.join(path.dirname(new URL(import.meta.url).pathname), 'data');
mkdirSync(out, { recursive: true });
const table = (name) => JSON.parse(readFileSync(path.join(facts, name), 'utf8'));

/** Fields that no question of the model needs: provenance of the table, and what another field already says. */
const dropped = new Set([
  'v',
  'expandsTo',
  'compiler',
  'cpu',
  'tableFields',
  'constants',
  'calls',
  'keepsAlive',
  'partial',
  'internal',
  'layerData',
]);

function trimmed(entry) {
  const result = {};
  for (const [key, value] of Object.entries(entry))
    if (!dropped.has(key) && key !== 'aliases' && key !== 'fields') result[key] = value;
  if (entry.width === 'ptr') Object.assign(result, { width: 64, pointerWidth: true });
  if (entry.width === 'struct') {
    delete result.width;
    result.structure = true;
  }
  // Of names for two word sizes, the 64-bit one: both architectures are 64 bits wide.
  if (Array.isArray(entry.aliasOf)) result.aliasOf = entry.aliasOf.find((x) => x.includes('64')) ?? entry.aliasOf[0];
  if (typeof entry.returns === 'string' && entry.returns.startsWith('NTSTATUS')) result.returns = 'NTSTATUS';
  if (typeof entry.untrusted === 'string' && /^\w+(,\w+)*$/.test(entry.untrusted)) result.untrusted = entry.untrusted.split(',');
  if (entry.role === 'lock-acquire' && !entry.order) result.order = 'acquire';
  if (entry.role === 'lock-release' && !entry.order) result.order = 'release';
  if (pureRoles.has(entry.role)) result.pure = true;
  return result;
}

const semantics = table('semantics.json');
const known = new Set(semantics.map((entry) => entry.name));
const documented = table('ddi.json');
const pages = new Set(documented.map((entry) => entry.slug));
for (const entry of additions) {
  if (entry.src.includes('/') && !pages.has(entry.src)) throw new Error(`additions.mjs: no page ${entry.src}`);
  if (known.has(entry.name)) throw new Error(`additions.mjs repeats ${entry.name}, which the table has`);
  known.add(entry.name);
}
for (const name of roles.keys()) if (!known.has(name)) throw new Error(`additions.mjs: no entry ${name}`);
const all = [...semantics, ...additions].map((entry) => ({ ...entry, role: roles.get(entry.name) ?? entry.role }));

/** One entry a line, keyed by name, so that a difference reads well and nothing has to be indexed at start-up. */
function lines(record) {
  const rows = Object.entries(record).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${rows.join(',\n')}\n}\n`;
}
const byName = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (entries) => Object.fromEntries([...entries].sort((a, b) => byName(a[0], b[0])));

const apis = sorted(all.filter((e) => e.role !== 'fields').map((e) => [e.name, trimmed(e)]));
const fields = sorted(all.filter((e) => e.role === 'fields').map((e) => [e.name, e.fields]));

// Names that stand for another: documented aliases, and the network filter names whose version digit is chosen by a macro.
// Where several versions exist, the newest: that is what the macro means in a current kit.
const aliases = new Map();
for (const entry of [...all].sort((a, b) => byName(a.name, b.name))) {
  for (const alias of entry.aliases ?? []) aliases.set(alias, entry.name);
  const versionless = /^(Fwp[ms]?[A-Z]\w*?|FWP[MS]?_\w*?)\d$/.exec(entry.name)?.[1];
  if (versionless && !known.has(versionless) && entry.role !== 'fields') aliases.set(versionless, entry.name);
}

writeFileSync(path.join(out, 'apis.json'), lines(apis));
writeFileSync(path.join(out, 'fields.json'), lines(fields));
writeFileSync(path.join(out, 'aliases.json'), lines(sorted([...aliases].filter(([alias]) => !(alias in apis)))));

// ---- The documentation index: columns of text, split only when a hover first asks. See ddi.ts for the format.
const kinds = ['function', 'macro', 'callback', 'struct', 'enum', 'ioctl', 'method'];
const slugKinds = { function: 'nf', macro: 'nf', callback: 'nc', struct: 'ns', enum: 'ne', ioctl: 'ni', method: 'nf' };
const directions = { in: '<', out: '>', inout: '=', 'in?': '(', 'out?': ')', 'inout?': '~', '?': '?' };

function interner() {
  const counts = new Map();
  return {
    add: (text) => counts.set(text, (counts.get(text) ?? 0) + 1),
    list: () => [...counts].sort((a, b) => b[1] - a[1] || byName(a[0], b[0])).map(([text]) => text),
  };
}

const seen = new Set();
// A name with several pages keeps the one that is not reserved for the system, then the first header by name.
const interfaces = [...documented]
  .sort((a, b) => (a.res ?? 0) - (b.res ?? 0) || byName(a.header, b.header))
  .filter((e) => !seen.has(e.name) && seen.add(e.name))
  .sort((a, b) => byName(a.name, b.name));
const tables = { header: interner(), irql: interner(), returns: interner(), min: interner(), param: interner() };
for (const e of interfaces) {
  for (const key of ['header', 'irql', 'returns', 'min']) tables[key].add(e[key] ?? '');
  for (const p of e.params ?? []) tables.param.add(p.name);
}
const lists = Object.fromEntries(Object.entries(tables).map(([key, value]) => [key, value.list()]));
const indexes = Object.fromEntries(
  Object.entries(lists).map(([key, list]) => [key, new Map(list.map((text, i) => [text, i.toString(36)]))]),
);
for (const list of Object.values(lists))
  for (const text of list) if (/[\n\t]/.test(text)) throw new Error(`separator inside ${text}`);

function shortSlug(e) {
  const [page, rest] = e.slug.split('/');
  const stem = e.header.replace(/\.h$/, '');
  const plain = `${slugKinds[e.kind]}-${page}-${e.name.toLowerCase()}`;
  const folder = page === stem ? '' : page;
  if (rest === plain.replace('::', '-')) return folder;
  if (rest === `${slugKinds[e.kind]}-${page}-_${e.name.toLowerCase()}`) return `${folder}_`;
  return `/${e.slug}`;
}

const column = (cell) => interfaces.map(cell).join('\n');
const ddi = {
  names: column((e) => e.name),
  kinds: interfaces.map((e) => kinds.indexOf(e.kind)).join(''),
  flags: interfaces.map((e) => (e.dep ? 1 : 0) + (e.res ? 2 : 0)).join(''),
  headers: column((e) => indexes.header.get(e.header ?? '')),
  irqls: column((e) => indexes.irql.get(e.irql ?? '')),
  returns: column((e) => indexes.returns.get(e.returns ?? '')),
  mins: column((e) => indexes.min.get(e.min ?? '')),
  params: column((e) => (e.params ?? []).map((p) => (directions[p.dir] ?? '.') + indexes.param.get(p.name)).join('')),
  slugs: column(shortSlug),
  aka: interfaces.flatMap((e) => (e.aka ? [e.aka].flat().map((other) => `${other}\t${e.name}`) : [])).join('\n'),
  headerTable: lists.header.join('\n'),
  irqlTable: lists.irql.join('\n'),
  returnsTable: lists.returns.join('\n'),
  minTable: lists.min.join('\n'),
  paramTable: lists.param.join('\n'),
};
writeFileSync(path.join(out, 'ddi.json'), lines(ddi));

for (const name of ['apis', 'fields', 'aliases', 'ddi']) {
  const bytes = readFileSync(path.join(out, `${name}.json`));
  console.log(`${name}.json: ${bytes.length} bytes, ${deflateSync(bytes, { level: 9 }).length} deflated`);
}
console.log(
  `${Object.keys(apis).length} calls, ${Object.keys(fields).length} structures, ${aliases.size} aliases, ${interfaces.length} documented interfaces`,
);
