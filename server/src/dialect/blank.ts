/**
 * The dialect's one door: WDK C in, C that the grammar understands out, character for character at the same offsets.
 * Owns the order of the passes. Never throws on any text, never changes a length or a line break.
 */
import type { Configuration, Gap, NameOracle } from '../syntax/facts';
import { Annotations } from './annotations';
import { Consultation } from './consult';
import { Overlay } from './overlay';
import { Preprocessor } from './preprocess';
import { Shape } from './shape';
import type { Blanked } from './side';

/** Reads a text under a configuration; names that the text does not define are asked of the oracle. */
export function blank(text: string, oracle: NameOracle, configuration: Configuration): Blanked {
  const overlay = new Overlay(text);
  const ask = new Consultation(oracle);
  const pre = new Preprocessor(text, overlay, ask, configuration);
  pre.run();
  const notes = new Annotations(pre, overlay);
  notes.run();
  const shape = new Shape(pre.tokens, overlay, notes, ask);
  shape.run();
  const gaps: Gap[] = [...pre.gaps, ...notes.gaps, ...shape.gaps];
  return {
    text: overlay.toString(),
    annotations: notes.annotations,
    aligns: notes.aligns,
    unaligned: notes.unaligned,
    standIns: shape.standIns,
    moved: notes.moved,
    movedEnds: notes.movedEnds,
    implicit: shape.implicit,
    renamed: shape.renamed,
    leaves: notes.leaves,
    storages: notes.storages,
    headless: shape.headless,
    asms: notes.asms,
    calls: shape.calls,
    packs: pre.packs,
    macros: pre.macros,
    includes: pre.includes,
    comments: pre.comments,
    inactive: pre.inactive,
    gaps,
    conditions: pre.conditions,
    consulted: ask.consulted,
    types: shape.types,
    isType: (name) => shape.isType(name),
  };
}
