/**
 * The shape that the SARIF 2.1.0 schema requires, in our own words: required members, closed sets of values, indices that fit.
 */
import assert from 'node:assert';
import { accept } from '../../server/src/report/finish';
import { sarifLevel, sarifLog, uriOf } from '../../server/src/report/sarif-format';
import { report, texts } from './report-fixture';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = Record<string, Json>;

function log(from = report()): JsonObject {
  return JSON.parse(JSON.stringify(sarifLog(from))) as JsonObject;
}
function object(value: Json | undefined, what: string): JsonObject {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is no object`);
  return value;
}
function list(value: Json | undefined, what: string): JsonObject[] {
  assert.ok(Array.isArray(value), `${what} is no list`);
  return value.map((item, index) => object(item, `${what}[${index}]`));
}
function text(value: Json | undefined, what: string): string {
  assert.ok(typeof value === 'string' && value !== '', `${what} is no text`);
  return value;
}
function oneOf(value: Json | undefined, allowed: readonly Json[], what: string): void {
  assert.ok(value !== undefined && allowed.includes(value), `${what} is ${JSON.stringify(value)}`);
}

const LEVELS = ['none', 'note', 'warning', 'error'];

function checkMessage(value: Json | undefined, what: string): void {
  text(object(value, what)['text'], `${what}.text`);
}

function checkRegion(value: Json | undefined, what: string): void {
  const region = object(value, what);
  const [startLine, startColumn, endLine, endColumn] = ['startLine', 'startColumn', 'endLine', 'endColumn'].map((name) => {
    const number = region[name];
    assert.ok(
      typeof number === 'number' && Number.isInteger(number) && number >= 1,
      `${what}.${name} is ${JSON.stringify(number)}`,
    );
    return number;
  });
  assert.ok(startLine !== undefined && endLine !== undefined && startColumn !== undefined && endColumn !== undefined);
  assert.ok(endLine > startLine || (endLine === startLine && endColumn >= startColumn), `${what} ends before it starts`);
}

function checkArtifact(value: Json | undefined, artifacts: readonly JsonObject[], what: string): void {
  const artifact = object(value, what);
  const uri = text(artifact['uri'], `${what}.uri`);
  assert.match(uri, /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+$/, `${what}.uri is no relative URI`);
  assert.ok(!uri.startsWith('/'));
  assert.strictEqual(artifact['uriBaseId'], '%SRCROOT%');
  if (artifact['index'] !== undefined) {
    assert.ok(typeof artifact['index'] === 'number');
    assert.strictEqual(object(artifacts[artifact['index']]?.['location'], what)['uri'], uri);
  }
}

function checkPhysical(value: Json | undefined, artifacts: readonly JsonObject[], what: string): void {
  const physical = object(value, what);
  checkArtifact(physical['artifactLocation'], artifacts, `${what}.artifactLocation`);
  if (physical['region'] !== undefined) checkRegion(physical['region'], `${what}.region`);
}

function checkResult(result: JsonObject, rules: readonly JsonObject[], artifacts: readonly JsonObject[], what: string): void {
  checkMessage(result['message'], `${what}.message`);
  oneOf(result['level'], LEVELS, `${what}.level`);
  const ruleIndex = result['ruleIndex'];
  assert.ok(typeof ruleIndex === 'number');
  assert.strictEqual(rules[ruleIndex]?.['id'], result['ruleId'], `${what}.ruleIndex`);
  for (const location of list(result['locations'], `${what}.locations`))
    checkPhysical(location['physicalLocation'], artifacts, `${what}.location`);
  for (const flow of result['codeFlows'] === undefined ? [] : list(result['codeFlows'], `${what}.codeFlows`)) {
    const threads = list(flow['threadFlows'], 'threadFlows');
    assert.ok(threads.length >= 1);
    for (const thread of threads) {
      const steps = list(thread['locations'], 'locations');
      assert.ok(steps.length >= 1);
      for (const step of steps) {
        oneOf(step['importance'], ['important', 'essential', 'unimportant'], `${what} step`);
        checkPhysical(object(step['location'], 'location')['physicalLocation'], artifacts, `${what} step`);
        checkMessage(object(step['location'], 'location')['message'], `${what} step`);
      }
    }
  }
  const related = result['relatedLocations'] === undefined ? [] : list(result['relatedLocations'], 'relatedLocations');
  assert.strictEqual(new Set(related.map((one) => one['id'])).size, related.length);
  for (const one of related) checkPhysical(one['physicalLocation'], artifacts, `${what} related`);
  for (const fix of result['fixes'] === undefined ? [] : list(result['fixes'], 'fixes')) {
    const changes = list(fix['artifactChanges'], 'artifactChanges');
    assert.ok(changes.length >= 1);
    for (const change of changes) {
      checkArtifact(change['artifactLocation'], artifacts, `${what} fix`);
      const replacements = list(change['replacements'], 'replacements');
      assert.ok(replacements.length >= 1);
      for (const one of replacements) checkRegion(one['deletedRegion'], `${what} fix`);
    }
  }
  for (const one of result['suppressions'] === undefined ? [] : list(result['suppressions'], 'suppressions')) {
    oneOf(one['kind'], ['inSource', 'external'], `${what} suppression`);
    oneOf(one['status'], ['accepted', 'underReview', 'rejected'], `${what} suppression`);
  }
  for (const print of Object.values(object(result['partialFingerprints'], 'partialFingerprints')))
    assert.match(text(print, 'fingerprint'), /^[0-9a-f]{16}$/);
}

function checkLog(data: JsonObject): JsonObject {
  assert.strictEqual(data['version'], '2.1.0');
  assert.match(text(data['$schema'], '$schema'), /sarif.*2\.1\.0.*json$/);
  const runs = list(data['runs'], 'runs');
  assert.strictEqual(runs.length, 1);
  const run = object(runs[0], 'run');
  const driver = object(object(run['tool'], 'tool')['driver'], 'driver');
  text(driver['name'], 'driver.name');
  const rules = list(driver['rules'], 'rules');
  for (const rule of rules) {
    text(rule['id'], 'rule.id');
    checkMessage(rule['shortDescription'], 'shortDescription');
    checkMessage(rule['fullDescription'], 'fullDescription');
    checkMessage(rule['help'], 'help');
    oneOf(object(rule['defaultConfiguration'], 'defaultConfiguration')['level'], LEVELS, 'default level');
  }
  assert.strictEqual(new Set(rules.map((rule) => rule['id'])).size, rules.length);
  const taxa = new Set(
    list(object(list(run['taxonomies'], 'taxonomies')[0], 'taxonomy')['taxa'], 'taxa').map((taxon) => taxon['id']),
  );
  for (const rule of rules) {
    for (const relation of rule['relationships'] === undefined ? [] : list(rule['relationships'], 'relationships')) {
      assert.ok(taxa.has(text(object(relation['target'], 'target')['id'], 'id')));
    }
  }
  assert.strictEqual(run['columnKind'], 'utf16CodeUnits');
  const artifacts = list(run['artifacts'], 'artifacts');
  for (const artifact of artifacts) checkArtifact(artifact['location'], [], 'artifact');
  const [invocation] = list(run['invocations'], 'invocations');
  assert.ok(invocation);
  assert.strictEqual(typeof invocation['executionSuccessful'], 'boolean');
  const kinds = new Set(list(driver['notifications'], 'notifications').map((one) => one['id']));
  for (const name of ['toolExecutionNotifications', 'toolConfigurationNotifications']) {
    for (const one of list(invocation[name], name)) {
      checkMessage(one['message'], name);
      oneOf(one['level'], LEVELS, name);
      assert.ok(kinds.has(text(object(one['descriptor'], 'descriptor')['id'], 'id')));
    }
  }
  for (const [index, result] of list(run['results'], 'results').entries())
    checkResult(result, rules, artifacts, `results[${index}]`);
  return run;
}

describe('SARIF', () => {
  it('has the shape that the schema requires', () => {
    const run = checkLog(log());
    assert.strictEqual(list(run['results'], 'results').length, 5);
    assert.strictEqual(list(run['artifacts'], 'artifacts').length, texts.size);
  });

  it('has it without findings, and for a folder that is not trusted', () => {
    const empty = report();
    checkLog(log({ ...empty, outcome: { findings: [], notes: [], files: [] } }));
    checkLog(log(report({ trusted: false })));
  });

  it('maps severities to levels: hints are notes', () => {
    assert.deepStrictEqual((['error', 'warning', 'info', 'hint'] as const).map(sarifLevel), ['error', 'warning', 'note', 'note']);
  });

  it('carries suppressions: accepted, of a file of the folder, or refused where it is not trusted', () => {
    const found = (trusted: boolean) =>
      list(checkLog(log(report({ trusted })))['results'], 'results')
        .filter((one) => one['suppressions'] !== undefined)
        .map((one) => list(one['suppressions'], 's')[0])
        .map((one) => [one?.['kind'], one?.['status'], one?.['justification']]);
    assert.deepStrictEqual(found(true), [
      ['inSource', 'accepted', 'the value is only printed'],
      ['inSource', 'accepted', 'known | harmless'],
    ]);
    assert.deepStrictEqual(
      found(false).map((one) => one[1]),
      ['rejected', 'rejected'],
    );
  });

  it('marks what the baseline accepts as suppressed from outside', () => {
    const plain = report();
    const all = new Set(plain.outcome.findings.map((finding) => finding.fingerprint));
    const run = checkLog(log({ ...plain, outcome: { ...plain.outcome, findings: accept(plain.outcome.findings, all) } }));
    const kinds = list(run['results'], 'results').map((one) => list(one['suppressions'], 's')[0]?.['kind']);
    assert.deepStrictEqual(kinds.sort(), ['external', 'external', 'external', 'inSource', 'inSource']);
  });

  it('counts columns in UTF-16 units, from 1', () => {
    const warning = list(checkLog(log())['results'], 'results').find((one) => one['ruleId'] === 'length-unchecked');
    const physical = object(list(warning?.['locations'], 'l')[0]?.['physicalLocation'], 'p');
    assert.deepStrictEqual(physical['region'], {
      startLine: 2,
      startColumn: 9,
      endLine: 2,
      endColumn: 11,
      snippet: { text: '*p' },
    });
    assert.strictEqual(object(physical['artifactLocation'], 'a')['uri'], 'src/o%20dir/%C3%BCber%20%231.c');
  });

  it('writes names as relative URIs that come back', () => {
    for (const name of ['a.c', 'a b/c#d.c', '100%.c', 'na\u00efve/\ud83d\ude00.h', 'x?y=z&w.c'])
      assert.strictEqual(decodeURIComponent(uriOf(name)), name);
    assert.strictEqual(uriOf('a\ud800.c'), 'a%EF%BF%BD.c');
  });
});
