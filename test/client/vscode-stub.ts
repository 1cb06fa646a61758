/**
 * As much of the editor's interface as the status item touches, for the test that imports this before it. Other tests have their own.
 */
import Module from 'node:module';

export interface ShownItem {
  readonly id: string;
  readonly filters: readonly { readonly pattern?: string }[];
  text: string;
  detail: string;
  busy: boolean;
}

export const shown: ShownItem[] = [];

const stub = {
  LanguageStatusSeverity: { Information: 0, Warning: 1, Error: 2 },
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)])) },
  workspace: {},
  languages: {
    createLanguageStatusItem: (id: string, filters: ShownItem['filters']) => {
      const item = { id, filters, text: '', detail: '', busy: false, dispose: () => undefined };
      shown.push(item);
      return item;
    },
  },
};

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => unknown;
const loader = Module as unknown as { _load: Load };
const load = loader._load;
loader._load = (request, parent, isMain) =>
  request === 'vscode' && parent?.filename?.endsWith('status-item.test.cjs') === true ? stub : load(request, parent, isMain);
