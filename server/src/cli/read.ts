/**
 * Texts of the files that were discovered. A file that cannot be read or is no text becomes a note, and all others are read.
 */
import fs from 'node:fs';
import path from 'node:path';
import { decode, MAX_FILE_BYTES, tooLarge } from '../report/decode';
import type { Note } from '../report/workspace';
import { reasonOf } from './discover';

export interface SourceText {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
}

/** Reads one file; notes go into `notes`. Undefined when there is no text. */
export function readSource(root: string, name: string, notes: Note[]): SourceText | undefined {
  const full = path.join(root, name);
  let bytes: Uint8Array;
  try {
    const { size } = fs.statSync(full);
    if (size > MAX_FILE_BYTES) {
      notes.push({ file: name, kind: 'skipped', message: tooLarge(size) });
      return undefined;
    }
    bytes = fs.readFileSync(full);
  } catch (error) {
    notes.push({ file: name, kind: 'skipped', message: `Not analysed: ${reasonOf(error)}.` });
    return undefined;
  }
  const decoded = decode(bytes);
  if ('skipped' in decoded) {
    notes.push({ file: name, kind: 'skipped', message: decoded.skipped });
    return undefined;
  }
  if (decoded.note !== undefined) notes.push({ file: name, kind: 'encoding', message: decoded.note });
  return { name, text: decoded.text, bytes: bytes.length };
}
