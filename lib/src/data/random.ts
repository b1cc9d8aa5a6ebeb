import { itemAt } from "../base/item-at";
/**
 * A stream of pseudo-random numbers. The generator is sfc32 (C. Doty-Humphrey, PractRand), its four words of state are
 * drawn from the seed and the stream's name by SplitMix32; the numbers are the same on every machine and in every
 * release.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(state: RandomState) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /** The four words that the next number depends on: `new Random(random.state)` goes on from here. */
  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  /** The next 32 bits as an unsigned integer. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** Uniform integer in 0 .. n - 1, without bias: the incomplete last block of 2^32 is rejected. */
  integer(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let bits = this.bits();
    while (bits >= limit) bits = this.bits();
    return bits % n;
  }

  /** Standard normal (Box and Muller 1958, only the cosine branch, so that one call always takes two numbers). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A random order of 0 .. n - 1 (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [itemAt(order, j), itemAt(order, i)];
    }
    return order;
  }
}

/** Four 32-bit words. */
export type RandomState = readonly [number, number, number, number];

/**
 * The stream of a seed and a name. Streams of different names are independent, so that a change in one place (a layer
 * more, another data order) leaves all other numbers as they were.
 *
 * @param seed A whole number from 0 on.
 * @param names What the stream is for.
 * @returns A stream of its own: the same seed and names give the same numbers.
 * @throws When the seed is not a whole number from 0 on.
 * @example
 * random(1, "shuffle", 0).integer(10) === random(1, "shuffle", 0).integer(10); // true
 */
export function random(seed: number, ...names: readonly (string | number)[]): Random {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Error(`Expected seed to be a whole number from 0 on but found ${seed}: choose such a seed.`);
  // FNV-1a over the names, then SplitMix32 for the state.
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify([seed, ...names])) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const word = (): number => {
    hash = (hash + 0x9e3779b9) | 0;
    let x = hash ^ (hash >>> 16);
    x = Math.imul(x, 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return x ^ (x >>> 15);
  };
  const stream = new Random([word(), word(), word(), 1]);
  for (let i = 0; i < 12; i++) stream.bits(); // As the generator's author has it: mixes the state before the first use.
  return stream;
}
