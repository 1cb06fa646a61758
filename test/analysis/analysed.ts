/** An engine over texts, for tests that ask the analysis. Offsets are found by a mark in the text, so that tests do not count. */
import { createWorkspace, type EngineWorkspace } from '../../server/src/report/engine';
import type { Outcome, Settings } from '../../server/src/report/workspace';
import { emptyProject } from '../../server/src/model/index';
import type { Syntax } from '../../server/src/syntax/facts';
import { newSyntax, syntax } from '../syntax/reading';

export const SETTINGS: Settings = {
  profile: 'audit',
  severities: {},
  trusted: true,
  project: emptyProject,
  baseline: new Set(),
};

export async function engineOver(texts: Readonly<Record<string, string>> = {}): Promise<EngineWorkspace> {
  return engineWith(await syntax(), texts);
}

/** An engine that shares no tree with another one. */
export async function separateEngine(texts: Readonly<Record<string, string>>): Promise<EngineWorkspace> {
  return engineWith(await newSyntax(), texts);
}

function engineWith(parser: Syntax, texts: Readonly<Record<string, string>>): EngineWorkspace {
  const engine = createWorkspace({ syntax: parser, settings: SETTINGS });
  for (const [name, text] of Object.entries(texts)) engine.set(name, text);
  return engine;
}

/** What people get who set nothing. */
export const AS_SHIPPED: Settings = { ...SETTINGS, profile: 'default' };

export function run(engine: EngineWorkspace, configurations?: 'later'): Outcome {
  const steps = engine.analyse(configurations);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Certain origins of the expression behind the first question mark of the text, as `pointee` or `value`. */
export function originsOf(
  engine: EngineWorkspace,
  file: string,
  text: string,
  of: 'pointee' | 'value',
  mark = '/*?*/',
): string[] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`no ${mark} in the text`);
  const answer = engine.originAt(file, at + mark.length);
  if (!answer || answer.unknown) return ['unknown'];
  return answer.origins
    .filter((o) => o.of === of && o.certain)
    .map((o) => o.origin)
    .sort();
}
