// Reads mocha's JSON results: says what failed and what was skipped, and ends with the counts. A run that did not come as far as
// the tests, or that stopped among them, is a failure, too. Usage: node test/ci/tally.mjs RESULTS STATUS
import { readFileSync } from 'node:fs';

const [, , file = '', status = '1'] = process.argv;

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const results = read();
if (!results) {
  console.log(`The checks before the tests failed, or the tests did not end (exit code ${status}).`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
for (const test of results.pending) console.log(`skipped: ${test.fullTitle}`);
for (const test of results.failures) console.log(`failed: ${test.fullTitle}\n${test.err.stack ?? test.err.message ?? ''}\n`);
const { passes, failures, pending } = results.stats;
const silent = failures === 0 && Number(status) !== 0 ? 1 : 0;
if (silent) console.log(`No test failed, yet the command ended with exit code ${status}.`);
console.log(`${passes} passed, ${failures + silent} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
process.exit(failures + silent > 0 || passes === 0 ? 1 : 0);
