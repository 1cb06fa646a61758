/**
 * `fencepost inspect`: what was understood of each file and what was not; what an expression is; what a function does.
 * `fencepost surface`: where the driver can be reached from outside.
 */
import { Lines } from '../report/lines';
import { count } from '../report/report';
import type { Outcome, Settings } from '../report/workspace';
import type { InspectArguments } from './arguments';
import { analyse, load, type Loaded } from './load';
import type { Engine, OriginAnswer, Parts, SurfaceEntry } from './parts';
import { UsageError } from './usage';

interface Opened {
  readonly loaded: Loaded;
  readonly engine: Engine;
  readonly outcome: Outcome;
  lines(file: string): Lines;
}

/** Loads, analyses, hands over, and frees the engine. */
async function open(
  paths: readonly string[],
  trustProject: boolean,
  parts: Parts,
  use: (opened: Opened) => string,
): Promise<number> {
  const loaded = load(paths, trustProject, parts);
  const settings: Settings = {
    profile: 'default',
    severities: {},
    trusted: trustProject,
    project: loaded.project.model,
    baseline: new Set(),
  };
  const { engine, outcome } = await analyse(loaded, settings, await parts.createEngine(), parts);
  try {
    const kept = new Map<string, Lines>();
    const lines = (file: string) => {
      const known = kept.get(file) ?? new Lines(loaded.texts.get(file) ?? '');
      kept.set(file, known);
      return known;
    };
    parts.terminal.out(use({ loaded, engine, outcome, lines }));
    return 0;
  } finally {
    engine.dispose();
  }
}

export function inspect(args: InspectArguments, parts: Parts): Promise<number> {
  return open(args.paths, args.trustProject, parts, (opened) => {
    if (args.origins.length > 0) return originText(args, opened);
    if (args.summaries.length > 0) return summaryText(args, opened);
    return understoodText(args, opened);
  });
}

interface FileView {
  readonly file: string;
  /** Line ranges that were not understood. */
  readonly errors: readonly { readonly first: number; readonly last: number; readonly message: string }[];
  /** Line ranges that were understood by a guess. */
  readonly guesses: readonly { readonly first: number; readonly last: number; readonly message: string }[];
  readonly functions: readonly { readonly name: string; readonly first: number; readonly last: number }[];
  /** Encoding, limits, and why a file was not analysed. */
  readonly notes: readonly string[];
}

function understoodText(args: InspectArguments, opened: Opened): string {
  const said = opened.outcome.notes.filter((note) => note.kind !== 'not-understood' && note.kind !== 'guess' && note.file !== '');
  const names = [...new Set([...opened.outcome.files, ...said.map((note) => note.file)])].sort();
  const views = names.map((file): FileView => {
    const lines = opened.lines(file);
    const range = (span: { readonly start: number; readonly end: number }) => {
      const region = lines.region(span.start, Math.max(span.start, span.end - 1));
      return { first: region.startLine, last: region.endLine };
    };
    const gaps = [...opened.engine.gaps(file)].sort((a, b) => a.start - b.start);
    const ofKind = (kind: 'error' | 'guess') =>
      gaps.filter((gap) => gap.kind === kind).map((gap) => ({ ...range(gap), message: gap.message }));
    // What only another configuration does not understand is no gap of the file.
    const known = new Set(gaps.map((gap) => gap.message));
    const elsewhere = (of: string) =>
      opened.outcome.notes
        .filter((note) => note.file === of && note.kind === 'not-understood' && !known.has(note.message))
        .map((note) => ({ ...range({ start: note.start ?? 0, end: note.end ?? 0 }), message: note.message }));
    const functions = opened.engine.facts(file)?.functions ?? [];
    return {
      file,
      errors: [...ofKind('error'), ...elsewhere(file)],
      guesses: ofKind('guess'),
      functions: functions.map((one) => ({ name: one.name, ...range(one) })),
      notes: said.filter((note) => note.file === file).map((note) => note.message),
    };
  });
  if (args.format === 'json') return `${JSON.stringify(views, undefined, 1)}\n`;
  const total = views.reduce((sum, view) => sum + view.errors.length, 0);
  const broken = views.filter((view) => view.errors.length > 0).length;
  const blocks = views.map((view) => {
    const rows = [
      ...view.notes.map((note) => `  note: ${note}`),
      ...view.errors.map((gap) => `  not understood, ${lineRange(gap)}: ${gap.message}`),
      ...view.guesses.map((gap) => `  guessed, ${lineRange(gap)}: ${gap.message}`),
      ...view.functions.map((one) => `  function ${one.name}, ${lineRange(one)}`),
    ];
    return [view.file, ...rows].join('\n');
  });
  const configurations = opened.outcome.configurations ?? [];
  if (configurations.length > 0) blocks.push(`Read in the default configuration, and where ${configurations.join(', where ')}.`);
  for (const note of opened.outcome.notes) if (note.file === '' && note.kind === 'bound') blocks.push(note.message);
  blocks.push(
    total === 0
      ? `All text of ${count(views.length, 'file')} was understood.`
      : `${count(total, 'region')} in ${broken} of ${count(views.length, 'file')} not understood.`,
  );
  return `${blocks.join('\n\n')}\n`;
}

function lineRange(range: { readonly first: number; readonly last: number }): string {
  return range.first === range.last ? `line ${range.first}` : `lines ${range.first}-${range.last}`;
}

function originText(args: InspectArguments, opened: Opened): string {
  const { engine } = opened;
  if (!engine.originAt) throw new UsageError('this build cannot answer --origin');
  const answers = args.origins.map(({ file, line, column }) => {
    const known = opened.loaded.texts.has(file);
    const answer: OriginAnswer | undefined = known ? engine.originAt?.(file, opened.lines(file).offset(line, column)) : undefined;
    const at = (place: { readonly file: string; readonly start: number; readonly end: number }) => ({
      file: place.file,
      line: opened.lines(place.file).region(place.start, place.end).startLine,
    });
    const origins = (answer?.origins ?? []).map((one) => ({
      origin: one.origin,
      of: one.of,
      certain: one.certain,
      witness: one.witness && { ...at(one.witness), message: one.witness.message },
      steps: one.steps?.map((step) => ({ ...at(step), message: step.message })),
    }));
    const guards = answer?.guards?.map((guard) => ({
      message: guard.message,
      always: guard.always,
      place: guard.place && at(guard.place),
    }));
    const problem = !known ? 'there is no such file' : answer === undefined ? 'there is no expression' : undefined;
    const { configuration } = answer ?? {};
    return { file, line, column, origins, unknown: answer?.unknown ?? true, guards, configuration, problem };
  });
  if (args.format === 'json') return `${JSON.stringify(answers, undefined, 1)}\n`;
  const blocks = answers.map((answer) => {
    const head = `${answer.file}:${answer.line}:${answer.column}`;
    if (answer.problem !== undefined) return `${head}: ${answer.problem}`;
    if (answer.origins.length === 0) return `${head}: not known`;
    const rows = answer.origins.map((one) => {
      const witness = one.witness === undefined ? '' : `, because of ${one.witness.file}:${one.witness.line}`;
      const why = one.witness?.message === undefined ? '' : ` (${one.witness.message})`;
      const steps = (one.steps ?? []).slice(1).map((step) => `    then ${step.file}:${step.line}: ${step.message}`);
      return [`  ${one.of}: ${one.certain ? '' : 'possibly '}${one.origin}${witness}${why}`, ...steps].join('\n');
    });
    const guards = (answer.guards ?? []).map((guard) => {
      const place = guard.place === undefined ? '' : ` (${guard.place.file}:${guard.place.line})`;
      return `  known here${guard.always ? '' : ', on some ways'}: ${guard.message}${place}`;
    });
    const build = answer.configuration === undefined ? [] : [`  configuration: ${answer.configuration}`];
    return [head, ...rows, ...(answer.unknown ? ['  and what the analysis does not know'] : []), ...guards, ...build].join('\n');
  });
  return `${blocks.join('\n')}\n`;
}

function summaryText(args: InspectArguments, opened: Opened): string {
  const { engine } = opened;
  if (!engine.summaryOf) throw new UsageError('this build cannot answer --summary');
  const answers = args.summaries.flatMap((name) => {
    const found = engine.summaryOf?.(name) ?? [];
    if (found.length === 0) throw new UsageError(`there is no function \`${name}\`; \`fencepost inspect PATH\` lists them`);
    return found.map((one) => ({
      name: one.name,
      file: one.place.file,
      line: opened.lines(one.place.file).region(one.place.start, one.place.end).startLine,
      facts: one.facts,
    }));
  });
  if (args.format === 'json') return `${JSON.stringify(answers, undefined, 1)}\n`;
  return `${answers.map((one) => [`${one.file}:${one.line}: ${one.name}`, ...one.facts.map((fact) => `  ${fact}`)].join('\n')).join('\n\n')}\n`;
}

export function surface(
  paths: readonly string[],
  format: 'text' | 'json' | 'markdown',
  trustProject: boolean,
  parts: Parts,
): Promise<number> {
  return open(paths, trustProject, parts, ({ engine, lines }) => {
    if (!engine.surface) throw new UsageError('this build cannot list the attack surface');
    const entries = engine.surface().map((entry) => located(entry, lines));
    if (format === 'json') return `${JSON.stringify(entries, undefined, 1)}\n`;
    const kinds = [...new Set(entries.map((entry) => entry.kind))];
    const bold = (text: string) => (format === 'markdown' ? `## ${text}\n` : text);
    const item = (entry: Located) =>
      format === 'markdown'
        ? `- **${entry.name}** (\`${entry.file}:${entry.line}\`)${entry.facts.map((fact) => `\n  - ${fact}`).join('')}`
        : `  ${entry.file}:${entry.line}: ${entry.name}${entry.facts.map((fact) => `\n      ${fact}`).join('')}`;
    const blocks = kinds.map((kind) => [bold(kind), ...entries.filter((entry) => entry.kind === kind).map(item)].join('\n'));
    const title = format === 'markdown' ? '# Attack surface\n\n' : '';
    return `${title}${blocks.length === 0 ? 'No way in from outside was found.' : blocks.join('\n\n')}\n`;
  });
}

interface Located {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly facts: readonly string[];
  readonly switchesOff?: readonly string[];
}

function located(entry: SurfaceEntry, lines: (file: string) => Lines): Located {
  const { kind, name, place, facts, switchesOff } = entry;
  const { startLine } = lines(place.file).region(place.start, place.end);
  return { kind, name, file: place.file, line: startLine, facts, ...(switchesOff ? { switchesOff } : {}) };
}
