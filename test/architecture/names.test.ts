/** The project's own texts carry no identifiers of public drivers: fixtures and samples are written in our own words. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** What names of well-known public drivers begin with, in two halves each, so that this list does not find itself. */
const PREFIXES = [
  ['Xs', 'k[A-Z]?'],
  ['XS', 'K_'],
  ['Xd', 'p[A-Z]'],
  ['XD', 'P_(?!aware)'],
  ['HE', 'VD'],
  ['NP', 'F_'],
  ['USB', 'Pcap'],
  ['ebpf', '_core'],
  ['ebpf', '_ext'],
  ['Ebpf', '[A-Z]'],
  ['Si', 'octl'],
  ['Non', 'Pnp[A-Z]'],
  ['Mini', 'Spy'],
  ['Nid', 'hogg'],
  ['Sx', '(Ext|Base|Lib)[A-Z]'],
];
const FOREIGN = new RegExp(`\\b(?:${PREFIXES.map((p) => p.join('')).join('|')})\\w*`, 'g');
const READ = /\.(ts|c|h|inl|inf|inx|md|json|html|mjs)$/;
/** Facts about public interfaces of the kit, by the kit's names. */
const KIT = /^server\/src\/model\/data\//;

function texts(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((n) => path.posix.join(folder, String(n)))
    .filter((n) => READ.test(n) && !n.includes('node_modules') && !KIT.test(n) && statSync(n).isFile());
}

describe('names', () => {
  const all = ['server', 'client', 'test', 'samples'].flatMap(texts);

  it('reads the project', () => {
    assert.ok(all.length > 100, `only ${all.length} files read`);
  });
  it('are our own', () => {
    const found = all.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(FOREIGN)].map((m) => `${file}: ${m[0]}`));
    assert.deepEqual(found, []);
  });
  it('a foreign name is seen', () => {
    const word = ['Xs', 'kFill', 'Tx'].join('');
    assert.equal([...`x = ${word}(a);`.matchAll(FOREIGN)].length, 1);
    assert.equal([...'NetXskip XDP-aware Nonpnp'.matchAll(FOREIGN)].length, 0);
  });
});
