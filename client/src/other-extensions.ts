/**
 * Other C extensions: where one is there, outlines and call hierarchies are its business.
 */
import { extensions, workspace } from 'vscode';

const OTHERS = ['ms-vscode.cpptools', 'llvm-vs-code-extensions.vscode-clangd', 'ccls-project.ccls', 'anysphere.cpptools'];

export function offersOutline(): boolean {
  const wanted = workspace.getConfiguration('fencepost').get('outline', 'auto');
  if (wanted !== 'auto') return wanted === 'on';
  return !OTHERS.some((id) => extensions.getExtension(id) !== undefined);
}
