/**
 * `dist/client.js`: one bundle for the extension hosts of a desktop and of a browser; each loads its own half only.
 */
import type { ExtensionContext } from 'vscode';
import type { Exports } from './activate';

export async function activate(context: ExtensionContext): Promise<Exports> {
  const half = 'WorkerGlobalScope' in globalThis ? await import('./browser') : await import('./node');
  return half.activate(context);
}
