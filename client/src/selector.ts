/**
 * Which documents belong to Fencepost. Headers and `.inl` files have the language `cpp` in VS Code, so the pattern decides, not the
 * language; schemes are those of files, unsaved documents and the folders that are open, so that sides of a diff stay unmarked.
 */
import { languages, workspace, type DocumentFilter, type TextDocument } from 'vscode';
import { PROJECT_FILE, SOURCE_GLOB } from '../../server/src/lsp/evidence';

/** Filters for C sources, without the project file. */
export function sourceFilters(): DocumentFilter[] {
  const schemes = new Set(['file', 'untitled', ...(workspace.workspaceFolders ?? []).map((folder) => folder.uri.scheme)]);
  return [...schemes].flatMap((scheme) => ['c', 'cpp'].map((language) => ({ language, scheme, pattern: SOURCE_GLOB })));
}

/** C++, which is not analysed: said where somebody opens it. */
export function otherFilters(): DocumentFilter[] {
  return [{ pattern: '**/*.{cpp,cc,cxx,hpp}' }];
}

/** Everything that is sent to the server. */
export function documentFilters(): { scheme?: string; language?: string; pattern: string }[] {
  return [
    ...sourceFilters().map(({ scheme, language }) => ({ scheme, language, pattern: SOURCE_GLOB })),
    { pattern: `**/${PROJECT_FILE}` },
  ];
}

export function isSource(document: TextDocument): boolean {
  return languages.match(sourceFilters(), document) > 0;
}
