/**
 * The server over standard input and output, for `dist/server.js` and `fencepost lsp --stdio`.
 */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve, type Host } from './server';

/** Speaks until the client says `exit` or its process ends. */
export function serveStdio(host: Host): void {
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  // An error that nobody caught must not end the session: it is written down, and the request that caused it fails alone.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    // The other end is gone: there is nobody left to serve.
    if (error.code === 'EPIPE') process.exit(1);
    connection.console.error(`uncaught: ${error.stack ?? error.message}`);
  });
  process.on('unhandledRejection', (reason) => {
    connection.console.error(`unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
  });
  serve(connection, host);
  connection.listen();
}
