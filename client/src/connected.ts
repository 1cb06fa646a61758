/**
 * The connection to the server as commands and views see it: there, or not there (stopped, starting). Survives a restart.
 */
import type { BaseLanguageClient } from 'vscode-languageclient';

export interface Connected {
  /** Undefined while no server runs. */
  readonly client: BaseLanguageClient | undefined;
}
