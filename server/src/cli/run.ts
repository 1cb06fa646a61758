/** One call of the command line, with everything that touches the process handed in. Never throws. */
import { readArguments, type Command } from './arguments';
import { inspect, surface } from './inspect';
import type { Parts } from './parts';
import { explain, listRules } from './rules';
import { scan } from './scan';
import { helpFor, UsageError } from './usage';

export const CLEAN = 0;
export const FAILED = 2;

/** The exit code; undefined while a language server is running. */
export async function run(argv: readonly string[], parts: Parts): Promise<number | undefined> {
  try {
    return await dispatch(readArguments(argv), parts);
  } catch (error) {
    if (error instanceof UsageError) parts.terminal.err(`fencepost: ${oneLine(error.message)}\n`);
    else
      parts.terminal.err(
        `fencepost: internal error: ${oneLine(describe(error))}; please report it with the output of FENCEPOST_TRACE=1\n`,
      );
    return FAILED;
  }
}

function dispatch(command: Command, parts: Parts): Promise<number | undefined> {
  switch (command.name) {
    case 'help':
      parts.terminal.out(helpFor(command.about));
      return Promise.resolve(CLEAN);
    case 'version':
      parts.terminal.out(`${parts.version}\n`);
      return Promise.resolve(CLEAN);
    case 'scan':
      return scan(command.options, parts);
    case 'rules':
      return listRules(command.format, parts);
    case 'explain':
      return explain(command.rule, parts);
    case 'inspect':
      return inspect(command.options, parts);
    case 'surface':
      return surface(command.paths, command.format, command.trustProject, parts);
    case 'lsp':
      parts.startLanguageServer();
      return Promise.resolve(undefined);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['FENCEPOST_TRACE'] === '1' ? (error.stack ?? error.message) : error.message;
}

function oneLine(text: string): string {
  return process.env['FENCEPOST_TRACE'] === '1' ? text : text.replace(/\s*[\r\n]+\s*/g, ' ');
}
