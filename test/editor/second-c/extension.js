// As much of another C extension as could get in the way: outline, hover, semantic tokens, diagnostics of the same file.
const vscode = require('vscode');

exports.activate = (context) => {
  const selector = { language: 'c' };
  const legend = new vscode.SemanticTokensLegend(['function'], []);
  const diagnostics = vscode.languages.createDiagnosticCollection('second-c');
  const mark = (document) => {
    if (document.languageId !== 'c') return;
    const range = new vscode.Range(0, 0, 0, 2);
    diagnostics.set(document.uri, [
      new vscode.Diagnostic(range, 'The second extension was here', vscode.DiagnosticSeverity.Information),
    ]);
  };
  context.subscriptions.push(
    diagnostics,
    vscode.workspace.onDidOpenTextDocument(mark),
    vscode.languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: (document) => {
        const range = new vscode.Range(0, 0, document.lineCount, 0);
        return [new vscode.DocumentSymbol('SecondOutline', '', vscode.SymbolKind.Function, range, new vscode.Range(0, 0, 0, 2))];
      },
    }),
    vscode.languages.registerHoverProvider(selector, { provideHover: () => new vscode.Hover('Hover of the second extension') }),
    vscode.languages.registerDocumentSemanticTokensProvider(
      selector,
      { provideDocumentSemanticTokens: () => new vscode.SemanticTokensBuilder(legend).build() },
      legend,
    ),
  );
  vscode.workspace.textDocuments.forEach(mark);
};
