/** A keystroke in an open workspace: from the change to the diagnostics, as an editor that pulls them sees it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { overStdio, PULL, type TestClient } from '../lsp/harness';

/**
 * Types in the middle of functions all over a file; answers milliseconds per keystroke.
 * @param folder a copy, which is removed afterwards
 */
export async function keystrokes(folder: string, file: string, count: number): Promise<number[]> {
  const client = overStdio(folder, ['dist/server.js', '--stdio']);
  try {
    await client.initialize(PULL, { debounce: 0 });
    let text = readFileSync(path.join(folder, file), 'utf8');
    const uri = await client.open(file, text);
    await client.pull(uri);
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const at = placeIn(text, (i + 0.5) / count);
      text = `${text.slice(0, at)} ;${text.slice(at)}`;
      times.push(await typed(client, uri, text));
    }
    return times;
  } finally {
    await client.dispose();
  }
}

async function typed(client: TestClient, uri: string, text: string): Promise<number> {
  const start = performance.now();
  await client.change(uri, text);
  await client.pull(uri);
  return performance.now() - start;
}

/** After a call at about this part of the text: in the body of a function, where people type. */
function placeIn(text: string, part: number): number {
  const call = ');\n    ';
  const at = text.indexOf(call, Math.floor(text.length * part));
  return (at < 0 ? text.lastIndexOf(call) : at) + 2;
}
