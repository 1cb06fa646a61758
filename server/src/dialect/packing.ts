/**
 * The packing of records through a text: `#pragma pack` and the headers that stand for it.
 */

/** `#pragma pack` in force from an offset on; undefined: the default of the target. */
export interface PackState {
  readonly from: number;
  readonly pack: number | undefined;
}

export class Packing {
  readonly states: PackState[] = [];
  private readonly stack: (number | undefined)[] = [];
  private pack: number | undefined;

  /** `named` gives the replacement text of a macro, for a size that has a name. */
  constructor(private readonly named: (name: string) => string | undefined) {}

  /** `pshpackN.h` and `poppack.h`. */
  include(path: string, from: number): void {
    const m = /(?:^|[\\/])(?:pshpack(\d+)|(poppack))\.h$/i.exec(path);
    if (!m) return;
    if (m[1] !== undefined) {
      this.stack.push(this.pack);
      this.setPack(Number(m[1]), from);
    } else this.setPack(this.stack.pop(), from);
  }

  /** Also for `__pragma(pack(…))`. */
  pragma(rest: string, from: number): void {
    const m = /^\s*pack\s*\(([^)]*)\)/.exec(rest);
    if (!m) return;
    const words = (m[1] ?? '').split(',').map((s) => s.trim());
    if (words.length === 1 && words[0] === '') return this.setPack(undefined, from);
    for (const word of words) {
      if (word === 'push') this.stack.push(this.pack);
      else if (word === 'pop') this.setPack(this.stack.pop(), from);
      else if (/^\d+$/.test(word)) this.setPack(Number(word) || undefined, from);
      else {
        const named = this.named(word);
        if (named !== undefined && /^\d+$/.test(named)) this.setPack(Number(named), from);
      }
    }
  }

  private setPack(pack: number | undefined, from: number): void {
    this.pack = pack;
    this.states.push({ from, pack });
  }
}
