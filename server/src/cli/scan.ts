/**
 * `fencepost scan`: files in, a report out, and the exit code. What counts is decided in `report`; here it is only carried.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Severity } from '../rules/finding';
import type { Note, Outcome, Settings } from '../report/workspace';
import { BASELINE_FILE, readBaseline, writeBaseline } from '../report/baseline';
import { builtinRules } from '../report/builtin-rules';
import { accept } from '../report/finish';
import { formatHtml } from '../report/html-format';
import { formatJson } from '../report/json-format';
import { formatMarkdown } from '../report/markdown-format';
import { formatSarif } from '../report/sarif-format';
import { shownFindings, summarise, summaryLines, type Report } from '../report/report';
import { formatText } from '../report/text-format';
import type { FailOn, ScanArguments, ScanFormat } from './arguments';
import { OutcomeCache } from './cache';
import { changedNames } from './changed';
import { errorCode } from './discover';
import { analyse, load, type Loaded } from './load';
import type { Engine, Parts } from './parts';
import { statsOf, Stopwatch } from './stats';
import { UsageError } from './usage';
import { threadsFor } from './workers';

export async function scan(args: ScanArguments, parts: Parts): Promise<number> {
  const watch = new Stopwatch();
  const changed = args.changedFiles === undefined ? undefined : readChanged(args.changedFiles, parts);
  const loaded = load(args.paths, args.trustProject, parts);
  const baseline = findBaseline(args, loaded, parts);
  watch.lap('read');
  const first = await parts.createEngine(0);
  checkRules(args.rules, first);
  const settings: Settings = {
    profile: args.profile ?? loaded.project.profile ?? 'default',
    rules: args.rules,
    severities: loaded.project.severities,
    trusted: args.trustProject,
    project: loaded.project.model,
    // A new baseline is written from what is found without the old one.
    baseline: baseline.accepted,
  };
  watch.lap('start');
  const notes = [...loaded.notes, ...baseline.notes];
  const { engine, outcome } = await outcomeOf({ ...loaded, notes }, settings, first, args, parts);
  watch.lap('analyse');
  try {
    const kept = onlyChanged(
      args.writeBaseline ? writeAccepted(outcome, baseline.file, parts) : outcome,
      changed,
      loaded.root,
      parts.cwd,
    );
    const report: Report = {
      outcome: kept,
      rules: [...engine.ruleMetas, ...builtinRules],
      text: (file) => loaded.texts.get(file),
      page: (rule) => parts.page(rule),
      trusted: args.trustProject,
      version: parts.version,
      // Documents for people show what can be reached; the others are read by tools that ask `surface`.
      ...(args.format === 'html' || args.format === 'markdown' ? { surface: engine.surface?.() } : {}),
    };
    deliver(report, args, parts);
    watch.lap('report');
    if (args.stats !== undefined) {
      writeFile(parts, args.stats, `${JSON.stringify(statsOf(report, loaded, watch), undefined, 2)}\n`, '--stats');
    }
    sayEmpty(loaded, parts);
    return shownFindings(report).some((finding) => fails(finding.severity, args.failOn)) ? 1 : 0;
  } finally {
    engine.dispose();
  }
}

/** What these very texts gave the last time, or what the analysis says now. */
async function outcomeOf(
  loaded: Loaded,
  settings: Settings,
  first: Engine,
  args: ScanArguments,
  parts: Parts,
): Promise<{ readonly engine: Engine; readonly outcome: Outcome }> {
  const cache = args.useCache && parts.cache && loaded.sources.length > 0 ? new OutcomeCache(parts.cache) : undefined;
  const key = cache?.key(loaded, settings);
  const kept = key === undefined ? undefined : cache?.read(key);
  if (kept) return { engine: first, outcome: kept };
  // The attack surface is asked of the engine itself.
  const asks = args.format === 'html' || args.format === 'markdown';
  const analysed = await analyse(loaded, settings, first, parts, asks ? 1 : threadsFor(loaded, args.jobs));
  if (key !== undefined && analysed.complete) cache?.write(key, analysed.outcome);
  return analysed;
}

function deliver(report: Report, args: ScanArguments, parts: Parts): void {
  const toFile = args.output !== undefined;
  const text = formats[args.format](report, parts.terminal.colour && parts.terminal.outIsTerminal && !toFile);
  if (args.output === undefined) {
    parts.terminal.out(text);
    return;
  }
  writeFile(parts, args.output, text, '--output');
  parts.terminal.out(`${summaryLines(summarise(report)).join('\n')}\nWritten to ${args.output}.\n`);
}

const formats: Readonly<Record<ScanFormat, (report: Report, colour: boolean) => string>> = {
  text: (report, colour) => formatText(report, { colour }),
  json: formatJson,
  sarif: formatSarif,
  markdown: formatMarkdown,
  html: formatHtml,
};

const RANKS: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1, hint: 0 };
const LIMITS: Readonly<Record<FailOn, number>> = { error: 3, warning: 2, info: 1, never: 4 };

function fails(severity: Severity, failOn: FailOn): boolean {
  return RANKS[severity] >= LIMITS[failOn];
}

function checkRules(wanted: readonly string[] | undefined, engine: Engine): void {
  const known = new Set([...engine.ruleMetas, ...builtinRules].map((meta) => meta.id));
  const unknown = wanted?.find((rule) => !known.has(rule));
  if (unknown !== undefined) throw new UsageError(`there is no rule \`${unknown}\`; \`fencepost rules\` lists them`);
}

interface Baseline {
  /** Absolute. */
  readonly file: string;
  readonly accepted: ReadonlySet<string>;
  readonly notes: readonly Note[];
}

/** The baseline that was named, else the one that the project names, else the one in its usual place. */
function findBaseline(args: ScanArguments, loaded: Loaded, parts: Parts): Baseline {
  const named = args.baseline === undefined ? undefined : path.resolve(parts.cwd, args.baseline);
  const own = path.join(loaded.projectFolder, loaded.project.baseline ?? BASELINE_FILE);
  const file = named ?? own;
  const nothing = { file, accepted: new Set<string>(), notes: [] };
  if (args.writeBaseline || (named === undefined && !args.trustProject)) return nothing;
  const problem = (what: string): Baseline => {
    if (named !== undefined)
      throw new UsageError(`the baseline \`${args.baseline ?? ''}\` ${what}; make it with --write-baseline`);
    const name = path.relative(loaded.root, own).split(path.sep).join('/');
    return { ...nothing, notes: [{ file: name, kind: 'config', message: `The baseline was ignored: it ${what}.` }] };
  };
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (named === undefined && loaded.project.baseline === undefined && errorCode(error) === 'ENOENT') return nothing;
    return problem(`cannot be read (${errorCode(error)})`);
  }
  const read = readBaseline(text);
  if (read.entries === undefined) return problem(`is not usable: ${read.problem}`);
  return { file, accepted: new Set(read.entries.map((entry) => entry.fingerprint)), notes: [] };
}

/** Writes the baseline anew, and takes what it holds as accepted. */
function writeAccepted(outcome: Outcome, file: string, parts: Parts): Outcome {
  writeFile(parts, file, writeBaseline(outcome.findings), '--baseline');
  return { ...outcome, findings: accept(outcome.findings, new Set(outcome.findings.map((finding) => finding.fingerprint))) };
}

function readChanged(file: string, parts: Parts): string {
  try {
    return file === '-' ? parts.readStandardInput() : fs.readFileSync(path.resolve(parts.cwd, file), 'utf8');
  } catch (error) {
    throw new UsageError(`the list of changed files \`${file}\` cannot be read (${errorCode(error)})`);
  }
}

/** The whole folder is analysed, because a change shows its effect elsewhere; what is reported is in the changed files. */
function onlyChanged(outcome: Outcome, list: string | undefined, root: string, cwd: string): Outcome {
  if (list === undefined) return outcome;
  const names = changedNames(list, root, cwd);
  return { ...outcome, findings: outcome.findings.filter((finding) => names.has(finding.file)) };
}

function sayEmpty(loaded: Loaded, parts: Parts): void {
  if (loaded.sources.length === 0) parts.terminal.err(`fencepost: no C sources were read below ${loaded.root}\n`);
}

function writeFile(parts: Parts, file: string, text: string, option: string): void {
  try {
    fs.writeFileSync(path.resolve(parts.cwd, file), text);
  } catch (error) {
    throw new UsageError(`\`${file}\` cannot be written (${errorCode(error)}); give ${option} a file in a folder that exists`);
  }
}
