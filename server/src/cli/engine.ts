/**
 * The one place where the command line learns which engine it drives, where the rule pages come from, and who reads `fencepost.json`.
 */
import { emptyProject, type Engine, type ProjectRead } from './parts';

export function createEngine(): Promise<Engine> {
  return Promise.reject(new Error('no engine is built in'));
}

export function rulePage(_rule: string): string | undefined {
  return undefined;
}

export function readProject(_text: string): ProjectRead {
  return { config: { model: emptyProject }, problems: [] };
}
