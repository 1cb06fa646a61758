/** Compares with a file under test/report/golden; `UPDATE=1` writes it anew. */
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve('test/report/golden');

export function assertGolden(name: string, actual: string): void {
  const full = path.join(FOLDER, name);
  if (process.env['UPDATE'] === '1') {
    fs.mkdirSync(FOLDER, { recursive: true });
    fs.writeFileSync(full, actual);
  }
  assert.ok(fs.existsSync(full), `${full} is missing: run with UPDATE=1`);
  assert.strictEqual(actual, fs.readFileSync(full, 'utf8'), `${name} differs; if that is meant, run with UPDATE=1`);
}
