/**
 * The language server as a worker. It has no disk: the client reads files for it and hands over the wasm files.
 */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { version } from '../../../package.json';
import { fromBase64 } from './client-files';
import { engineFrom, readProject, rulePage } from './real-engine';
import { serve } from './server';
import { platformTurns } from './turns';

// `self` of a worker; Node's types do not have it, and the two classes take it as it is.
declare const self: ConstructorParameters<typeof BrowserMessageReader>[0];

const connection = createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self));
serve(connection, {
  engines: ({ wasm }) =>
    engineFrom(() => {
      if (!wasm) return Promise.reject(new Error('the client handed over no wasm files'));
      return Promise.resolve({ parser: fromBase64(wasm.parser), grammar: fromBase64(wasm.grammar) });
    }),
  turns: platformTurns(),
  readProject,
  rulePage,
  version,
});
connection.listen();
