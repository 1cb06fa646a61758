/**
 * The one place where the command line learns which engine it drives, where the rule pages come from, and who reads `fencepost.json`.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { emptyProject } from '../model';
import { parseProject } from '../model/project';
import { builtinRules } from '../report/builtin-rules';
import { createWorkspace } from '../report/engine';
import { RULES } from '../rules';
import { createSyntax } from '../syntax';
import type { Engine, ProjectRead } from './parts';

/** The two wasm files lie beside the bundle. */
const beside = (name: string): Promise<Uint8Array> => readFile(path.join(__dirname, name));

/** @param keep see the engine's option of this name; a scan asks nothing afterwards */
export async function createEngine(keep?: number): Promise<Engine> {
  const [runtime, grammar] = await Promise.all([beside('web-tree-sitter.wasm'), beside('tree-sitter-c.wasm')]);
  return createWorkspace({
    syntax: await createSyntax(runtime, grammar),
    keep,
    settings: { profile: 'default', severities: {}, trusted: false, project: emptyProject, baseline: new Set() },
  });
}

export function rulePage(id: string): string | undefined {
  return RULES.find((rule) => rule.meta.id === id)?.page;
}

export function readProject(text: string): ProjectRead {
  const known = new Set([...RULES.map((rule) => rule.meta), ...builtinRules].map((meta) => meta.id));
  const { config, problems } = parseProject(text, known);
  const { model, profile, rules, include, exclude, baseline } = config;
  return { config: { model, profile, severities: rules, include, exclude, baseline }, problems };
}
