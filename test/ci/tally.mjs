// Reads mocha's JSON results: says what failed and what was skipped, and ends with the counts, in which every editor lane is one test. A
// run that did not come as far as the tests, or that stopped among them, is a failure, too. Usage: node test/ci/tally.mjs RESULTS STATUS [LANE STATUS]…
import { readFileSync } from 'node:fs';

const [, , file = '', status = '1', ...lanes] = process.argv;

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
let { passes, failures } = results.stats;
const { pending } = results.stats;
if (failures === 0 && Number(status) !== 0) {
  console.log(`No test failed, yet the command ended with exit code ${status}.`);
  failures++;
}
for (let i = 0; i + 1 < lanes.length; i += 2) {
  if (lanes[i + 1] === '0') passes++;
  else {
    console.log(`failed: the editor lane ${lanes[i]} (exit code ${lanes[i + 1]})`);
    failures++;
  }
}
console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
process.exit(failures > 0 || results.stats.passes === 0 ? 1 : 0);
