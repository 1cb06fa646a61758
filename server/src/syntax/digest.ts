/**
 * Texts and values as numbers, for answers that are only ever compared: equal ones have equal numbers, and different ones practically never do.
 */

const SEED_A = 0x811c9dc5 | 0;
const SEED_B = 0x9747b28c | 0;

/** 53 bits of a text. */
export function digest(text: string): number {
  let a = SEED_A;
  let b = SEED_B;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x5bd1e995);
    b ^= b >>> 13;
  }
  return joined(a, b);
}

function joined(a: number, b: number): number {
  return (a >>> 0) * 2 ** 21 + ((b >>> 0) & 0x1fffff);
}

/** Names occur over and over: each is read through once. */
const names = new Map<string, number>();
const MOST_NAMES = 400_000;

function nameOf(text: string): number {
  let n = names.get(text);
  if (n === undefined) {
    if (names.size >= MOST_NAMES) names.clear();
    names.set(text, (n = digest(text)));
  }
  return n;
}

/** Adds up a digest of what it is told, one thing after the other, or as a set whose order does not matter. */
export class Fingerprint {
  private a = SEED_A;
  private b = SEED_B;

  number(n: number): this {
    if (n === (n | 0)) return this.mix(n);
    if (!Number.isFinite(n)) return this.mix(n > 0 ? 0x7ff00001 : -0x7ff00002);
    return this.mix((n % 2 ** 32) | 0).mix((n / 2 ** 32) | 0);
  }

  text(s: string): this {
    return this.number(nameOf(s));
  }

  /** Each item by itself; the sum of all of them counts. */
  set<T>(items: Iterable<T>, tell: (item: T) => void): this {
    const { a, b } = this;
    let sumA = 0;
    let sumB = 0;
    let n = 0;
    for (const item of items) {
      this.a = SEED_A;
      this.b = SEED_B;
      tell(item);
      sumA = (sumA + this.a) | 0;
      sumB = (sumB + this.b) | 0;
      n++;
    }
    this.a = a;
    this.b = b;
    return this.mix(n).mix(sumA).mix(sumB);
  }

  /** 53 bits. */
  get value(): number {
    return joined(this.a, this.b);
  }

  private mix(n: number): this {
    let a = Math.imul(this.a ^ n, 0x01000193);
    a ^= a >>> 15;
    this.a = Math.imul(a, 0x2c1b3c6d);
    let b = Math.imul(this.b ^ n, 0x5bd1e995);
    b ^= b >>> 13;
    this.b = Math.imul(b, 0x297a2d39);
    return this;
  }
}
