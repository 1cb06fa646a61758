/** The grammar is the one that its provenance names, byte for byte. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

interface Provenance {
  readonly file: string;
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
  readonly runtime: { readonly package: string; readonly version: string };
}

describe('grammar provenance', () => {
  const p = JSON.parse(readFileSync('grammars/provenance.json', 'utf8')) as Provenance;
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { version?: string }> };

  it('names the bytes that are there', () => {
    assert.equal(
      createHash('sha256')
        .update(readFileSync(`grammars/${p.file}`))
        .digest('hex'),
      p.sha256,
    );
  });

  it('names the packages of the lockfile', () => {
    assert.equal(lock.packages[`node_modules/${p.package}`]?.version, p.version);
    assert.equal(lock.packages[`node_modules/${p.runtime.package}`]?.version, p.runtime.version);
  });

  it('is the file of the package where that is installed', () => {
    assert.equal(
      createHash('sha256')
        .update(readFileSync(`node_modules/${p.package}/${p.file}`))
        .digest('hex'),
      p.sha256,
    );
  });
});
