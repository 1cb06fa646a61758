/**
 * The dialect's one door: WDK C in, C that the grammar understands out, character for character at the same offsets.
 * Owns the order of the passes. Never throws on any text, never changes a length or a line break.
 */
import type { Configuration, Gap, NameOracle } from '../syntax/facts';
import { Annotations } from './annotations';
import { Consultation } from './consult';
import { isTypeWord } from './names';
import { Overlay } from './overlay';
import { Preprocessor } from './preprocess';
import { shape } from './shape';
import { State } from './state';
import type { Blanked } from './side';

/** Reads a text under a configuration; names that the text does not define are asked of the oracle. */
export function blank(text: string, oracle: NameOracle, configuration: Configuration): Blanked {
  const overlay = new Overlay(text);
  const ask = new Consultation(oracle);
  const pre = new Preprocessor(text, overlay, ask, configuration);
  pre.run();
  const notes = new Annotations(pre, overlay);
  notes.run();
  const state = new State(pre.tokens, overlay, notes, ask);
  shape(state);
  const gaps: Gap[] = [...pre.gaps, ...notes.gaps, ...state.gaps];
  const { types } = state;
  const blanked: Blanked = {
    text: overlay.toString(),
    annotations: notes.annotations,
    aligns: notes.aligns,
    unaligned: notes.unaligned,
    standIns: state.standIns,
    moved: notes.moved,
    movedEnds: notes.movedEnds,
    implicit: state.implicit,
    renamed: state.renamed,
    leaves: notes.leaves,
    storages: notes.storages,
    headless: state.headless,
    asms: notes.asms,
    calls: state.calls,
    packs: pre.packing.states,
    macros: pre.macros,
    includes: pre.includes,
    comments: pre.comments,
    inactive: pre.branches.inactive,
    gaps,
    conditions: pre.branches.conditions,
    conditionals: pre.branches.conditionals,
    consulted: ask.consulted,
    types,
    isType: (name) => types.has(name) || isTypeWord(name) || ask.isType(name),
  };
  // Whoever asks later asks none of these.
  overlay.release();
  pre.tokens.release();
  return blanked;
}
