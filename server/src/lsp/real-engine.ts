/**
 * The one place where the language server learns which engine it drives: from the bytes of two wasm files to an engine.
 */
import { originsAt } from '../analysis/ask';
import type { OriginAnswer } from '../cli/parts';
import { emptyProject } from '../model';
import { createWorkspace } from '../report/engine';
import type { Settings } from '../report/workspace';
import { builtinPages, builtinRules } from '../report/builtin-rules';
import type { RuleMeta } from '../rules/finding';
import { RULES } from '../rules';
import { createSyntax } from '../syntax';
import type { Span } from '../syntax/ast';
import type { EngineFactory, ProjectAnswer } from './engine';
import { readProjectFile } from './project-files';
import type { RulePage } from './protocol';

export interface WasmFiles {
  readonly parser: Uint8Array;
  readonly grammar: Uint8Array;
}

/** Until the folder's settings arrive. */
const NO_SETTINGS: Settings = { profile: 'default', severities: {}, trusted: false, project: emptyProject, baseline: new Set() };

/** Reads the files once, when the first engine is asked for; a failure is not remembered. */
export function engineFrom(read: () => Promise<WasmFiles>): EngineFactory {
  let files: Promise<WasmFiles> | undefined;
  return async () => {
    files ??= read();
    try {
      const { parser, grammar } = await files;
      const engine = createWorkspace({ syntax: await createSyntax(parser, grammar), settings: NO_SETTINGS });
      return Object.assign(engine, {
        originInside: (path: string, offset: number) => {
          const analyzer = engine.analyzerOf(path);
          return analyzer && asAnswer(originsAt(analyzer, path, offset, true));
        },
      });
    } catch (error) {
      files = undefined;
      throw error;
    }
  };
}

function asAnswer(answer: ReturnType<typeof originsAt>): (OriginAnswer & Span) | undefined {
  if (!answer) return undefined;
  const origins = answer.origins.map(({ origin, of, certain, witness }) => ({ origin, of, certain, witness: witness[0] }));
  return { origins, unknown: answer.unknown, start: answer.start, end: answer.end };
}

const METAS: readonly RuleMeta[] = [...RULES.map((rule) => rule.meta), ...builtinRules];

export function readProject(text: string): ProjectAnswer {
  return readProjectFile(text, METAS);
}

/** The page of a rule; undefined for a rule that there is not. */
export function rulePage(id: string): RulePage | undefined {
  const markdown =
    RULES.find((rule) => rule.meta.id === id)?.page ?? (Object.hasOwn(builtinPages, id) ? builtinPages[id] : undefined);
  const title = METAS.find((meta) => meta.id === id)?.title;
  return markdown === undefined || title === undefined ? undefined : { title, markdown };
}
