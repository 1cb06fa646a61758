/** Counts and times of a scan, for `--stats`. */
import { hiddenFindings, shownFindings, summarise, type Report } from '../report/report';
import type { Loaded } from './load';

/** Times between laps in milliseconds. */
export class Stopwatch {
  readonly #start = performance.now();
  #last = this.#start;
  readonly #laps: Record<string, number> = {};

  lap(name: string): void {
    const now = performance.now();
    this.#laps[name] = round((this.#laps[name] ?? 0) + now - this.#last);
    this.#last = now;
  }

  get milliseconds(): Readonly<Record<string, number>> {
    return { ...this.#laps, total: round(performance.now() - this.#start) };
  }
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

export function statsOf(report: Report, loaded: Loaded, watch: Stopwatch): object {
  const summary = summarise(report);
  const shown = shownFindings(report);
  const rules: Record<string, number> = {};
  for (const finding of shown) rules[finding.rule] = (rules[finding.rule] ?? 0) + 1;
  let lines = 0;
  for (const file of report.outcome.files) lines += countLines(loaded.texts.get(file) ?? '');
  return {
    version: 1,
    tool: { name: 'fencepost', version: report.version },
    files: report.outcome.files.length,
    bytes: loaded.bytes,
    lines,
    findings: summary.shown,
    errorsAndWarningsPerThousandLines:
      lines === 0 ? 0 : Math.round((100_000 * (summary.shown.error + summary.shown.warning)) / lines) / 100,
    rules: Object.fromEntries(Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1))),
    silenced: summary.silenced,
    hidden: hiddenFindings(report).length,
    acceptedByBaseline: summary.byBaseline,
    notes: summary.notes,
    milliseconds: watch.milliseconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
