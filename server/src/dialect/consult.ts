/**
 * What a file asks of other files while its text is read, with the answers: together with the text they are the key of its facts.
 * Owns the wording of questions and answers; later layers repeat a question with `answer` to see whether facts still stand.
 */
import type { MacroDecl } from '../syntax/ast';
import type { NameOracle } from '../syntax/facts';
import { classify, type MacroClass } from './classify';

const CLASSES = new WeakMap<MacroDecl, MacroClass>();

export class Consultation {
  readonly consulted = new Map<string, string>();
  private readonly classes = new Map<string, MacroClass | undefined>();

  constructor(private readonly oracle: NameOracle) {}

  /** The definition that other files give a name; its text becomes part of the key. */
  macro(name: string): MacroDecl | undefined {
    const found = this.oracle.macro(name);
    this.consulted.set(`macro ${name}`, text(found));
    return found;
  }

  /** What a macro of other files is; only its class becomes part of the key. */
  classOf(name: string): MacroClass | undefined {
    if (this.classes.has(name)) return this.classes.get(name);
    const found = this.oracle.macro(name);
    const kind = found && this.classified(found);
    this.classes.set(name, kind);
    this.consulted.set(`class ${name}`, kind ?? '');
    return kind;
  }

  /** Definitions are shared between files, and so is what they are, as far as it depends on nothing else. */
  private classified(macro: MacroDecl): MacroClass {
    const known = CLASSES.get(macro);
    if (known) return known;
    let alone = true;
    const kind = classify(macro, (n) => {
      alone = false;
      return this.oracle.macro(n);
    });
    if (alone) CLASSES.set(macro, kind);
    return kind;
  }

  isType(name: string): boolean {
    const key = `type ${name}`;
    const known = this.consulted.get(key);
    if (known !== undefined) return known !== '';
    const is = this.oracle.isType(name);
    this.consulted.set(key, is ? 'yes' : '');
    return is;
  }
}

function text(macro: MacroDecl | undefined): string {
  if (!macro) return '';
  return `${macro.params ? `(${macro.params.join(',')})` : '='}${macro.body}`;
}

/** The present answer to a question of `FileFacts.consulted`; equal answers mean that the facts still stand. */
export function answer(question: string, oracle: NameOracle): string {
  const at = question.indexOf(' ');
  const name = question.slice(at + 1);
  switch (question.slice(0, at)) {
    case 'macro':
      return text(oracle.macro(name));
    case 'type':
      return oracle.isType(name) ? 'yes' : '';
    case 'class': {
      const found = oracle.macro(name);
      return found ? classify(found, (n) => oracle.macro(n)) : '';
    }
    default:
      return '';
  }
}
