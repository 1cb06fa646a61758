/**
 * The extension on the desktop: the server is a process of its own.
 */
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { activateOn, type Exports } from './activate';
import { registerTasks } from './tasks';

export function activate(context: ExtensionContext): Promise<Exports> {
  const module = context.asAbsolutePath('dist/server.js');
  context.subscriptions.push(registerTasks(context));
  return activateOn(context, {
    initialization: {},
    createClient: (options) =>
      Promise.resolve(new LanguageClient('fencepost', 'Fencepost', { module, transport: TransportKind.stdio }, options)),
  });
}
