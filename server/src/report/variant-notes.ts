/** What there is to say about `#if` configurations beside the default: what was not understood in one, and what was left out. */
import type { Program } from '../program/program';
import type { Variants } from './variants';
import type { Note } from './workspace';

export function variantNotes(variants: Variants, program: Program): Note[] {
  const notes: Note[] = [];
  for (const { flip, files, skipped } of variants.variants) {
    for (const [file, { gaps }] of files)
      for (const g of gaps) {
        const start = program.currentOffset(file, g.start);
        const message = `${g.message.replace(/\.$/, '')} (when ${flip.on})`;
        notes.push({ file, kind: 'not-understood', message, start, end: start + g.end - g.start });
      }
    if (skipped > 0)
      notes.push({
        file: '',
        kind: 'bound',
        message: `Not analysed when ${flip.on}: ${String(skipped)} functions. The other configurations together may cost a quarter of the default one.`,
      });
  }
  if (variants.dropped.length > 0)
    notes.push({
      file: '',
      kind: 'bound',
      message: `Not analysed: the configurations in which ${variants.dropped.join(', or ')}. The ${String(variants.variants.length)} that change most function bodies were.`,
    });
  return notes;
}
