/**
 * The extension in a browser: the server is a worker. Its script is read through the file system and started from a blob, because
 * a workbench on another origin may not start a worker from the extension's own address; the wasm files go with `initialize`.
 */
import { Uri, workspace, type ExtensionContext } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { activateOn, type Exports } from './activate';
import { toBase64 } from './disk';

export async function activate(context: ExtensionContext): Promise<Exports> {
  const bytes = (name: string): Thenable<Uint8Array> => workspace.fs.readFile(Uri.joinPath(context.extensionUri, 'dist', name));
  const [script, parser, grammar] = await Promise.all([
    bytes('server.js'),
    bytes('web-tree-sitter.wasm'),
    bytes('tree-sitter-c.wasm'),
  ]);
  const wasm = { parser: toBase64(parser), grammar: toBase64(grammar) };
  return activateOn(context, {
    initialization: { wasm },
    createClient: (options) => {
      const address = URL.createObjectURL(new Blob([script], { type: 'application/javascript' }));
      const worker = new Worker(address, { name: 'Fencepost' });
      return Promise.resolve(new LanguageClient('fencepost', 'Fencepost', worker, options));
    },
  });
}
