/**
 * URIs of an editor and paths of the engine: a folder's URI, and paths below it with forward slashes. Pure; knows no disk.
 */

/**
 * The path of a file below a folder, or undefined when it is not below it. Compares decoded, because clients differ in what they
 * escape (`c%3A` and `c:`), and ignores the case of a drive letter.
 */
export function pathBelow(folder: string, uri: string): string | undefined {
  const base = splitUri(folder);
  const file = splitUri(uri);
  if (base.scheme !== file.scheme || base.authority !== file.authority) return undefined;
  const prefix = base.path.endsWith('/') ? base.path : `${base.path}/`;
  return file.path.startsWith(prefix) ? file.path.slice(prefix.length) : undefined;
}

/** The URI of a path below a folder. */
export function uriBelow(folder: string, path: string): string {
  const base = folder.endsWith('/') ? folder.slice(0, -1) : folder;
  return `${base}/${path.split('/').map(escapeSegment).join('/')}`;
}

/** One spelling per file, for use as a key. */
export function normalUri(uri: string): string {
  const { scheme, authority, path } = splitUri(uri);
  return `${scheme}://${authority}${path}`;
}

/** The folder that holds a file, as a URI. */
export function parentUri(uri: string): string {
  const slash = uri.lastIndexOf('/');
  return slash > uri.indexOf('//') + 1 ? uri.slice(0, slash) : uri;
}

interface Parts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

function splitUri(uri: string): Parts {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)/.exec(uri);
  if (!match) return { scheme: '', authority: '', path: decode(uri) };
  const path = decode(match[3] ?? '').replace(/^\/([A-Z]):/, (_, drive: string) => `/${drive.toLowerCase()}:`);
  return { scheme: (match[1] ?? '').toLowerCase(), authority: decode(match[2] ?? ''), path };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function escapeSegment(segment: string): string {
  // As VS Code spells URIs: RFC 3986 sub-delimiters escaped too.
  return encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
