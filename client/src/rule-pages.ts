/**
 * The page of a rule inside the editor, without network: a read-only document that the Markdown preview shows.
 */
import { commands, env, Uri, window, workspace, l10n, type Disposable } from 'vscode';
import { Commands, Methods, type RulePage, type RulePageParams } from '../../server/src/lsp/protocol';
import type { Connected } from './connected';

const SCHEME = 'fencepost-rule';

export function registerRulePages(connected: Connected): Disposable[] {
  return [
    workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: async (uri) => (await pageOf(connected, ruleOf(uri)))?.markdown ?? '',
    }),
    commands.registerCommand(Commands.showRule, async (rule: unknown, url: unknown) => {
      if (typeof rule !== 'string') return;
      if (await pageOf(connected, rule)) {
        await commands.executeCommand('markdown.showPreview', Uri.from({ scheme: SCHEME, path: `/${rule}.md` }));
      } else if (typeof url === 'string') {
        await env.openExternal(Uri.parse(url));
      } else {
        void window.showInformationMessage(l10n.t('Fencepost has no page for {0}.', rule));
      }
    }),
  ];
}

/** A link to the page, for the code of a diagnostic. */
export function rulePageLink(rule: string, url: string): Uri {
  return Uri.parse(`command:${Commands.showRule}?${encodeURIComponent(JSON.stringify([rule, url]))}`);
}

function ruleOf(uri: Uri): string {
  return uri.path.replace(/^\//, '').replace(/\.md$/, '');
}

async function pageOf(connected: Connected, rule: string): Promise<RulePage | null> {
  const params: RulePageParams = { rule };
  return (await connected.client?.sendRequest<RulePage | null>(Methods.rulePage, params)) ?? null;
}
