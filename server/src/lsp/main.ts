/**
 * `dist/server.js`: one bundle for every place where the engine runs, so that the packaged extension holds it once. In a worker it
 * is the language server of a browser, with `--stdio` the one of a desktop, and else the command line, for the extension's task.
 */

if ('WorkerGlobalScope' in globalThis) void import('./browser');
else if (process.argv.includes('--stdio')) void import('./node');
else void import('../cli/main');
