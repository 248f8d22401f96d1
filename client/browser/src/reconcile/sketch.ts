import { add, multiply } from './field.ts';
import { advance, check, CHECK_PRIME, HEAD, mixed, next, sign, wide } from './symbols.ts';
import type { U64 } from './u64.ts';

/**
 * The first symbols of a set of keys with values. The sketch of the difference of two sets is the difference of
 * their sketches.
 *
 *   of the keys in a symbol       id   = h(key),  mark = h(key, value)
 *     keys    sum of id · mark          modulo 2^61 - 1
 *     marks   sum of mark               modulo 2^32
 *     checks  sum of c(id) · mark       modulo 65,521
 *     and in the first 1,024:           wides: sum of w(id) · mark modulo 2^32, count, sum of 1 or -1 by mark
 */
export class Sketch {
  keysLow: Uint32Array;
  keysHigh: Uint32Array;
  marks: Int32Array;
  checks: Uint16Array;
  readonly wides = new Int32Array(HEAD);
  readonly counts = new Int32Array(HEAD);
  readonly signs = new Int32Array(HEAD);

  constructor(public size = 0) {
    this.keysLow = new Uint32Array(size);
    this.keysHigh = new Uint32Array(size);
    this.marks = new Int32Array(size);
    this.checks = new Uint16Array(size);
  }

  /** Longer, with nothing in what is new; which is `put` from the size of before on. */
  grow(size: number): void {
    const longer = <A extends Uint32Array | Int32Array | Uint16Array>(from: A, to: A): A => (to.set(from), to);
    this.keysLow = longer(this.keysLow, new Uint32Array(size));
    this.keysHigh = longer(this.keysHigh, new Uint32Array(size));
    this.marks = longer(this.marks, new Int32Array(size));
    this.checks = longer(this.checks, new Uint16Array(size));
    this.size = size;
  }

  key(symbol: number): U64 {
    return [this.keysLow[symbol], this.keysHigh[symbol]];
  }

  setKey(symbol: number, [low, high]: U64): void {
    this.keysLow[symbol] = low;
    this.keysHigh[symbol] = high;
  }

  /** The set has one more key: adds it to the symbols from this one on. */
  put(id: U64, mark: number, fromSymbol: number): void {
    const mix = mixed(id);
    const addedKey = multiply(id, mark);
    const addedCheck = check(mix, mark);
    for (let index = 0, state = advance(id); index < this.size; index = next(index, state), state = advance(state)) {
      if (index < fromSymbol) {
        continue;
      }
      this.setKey(index, add(this.key(index), addedKey));
      this.marks[index] += mark;
      this.checks[index] = (this.checks[index] + addedCheck) % CHECK_PRIME;
      if (index < HEAD) {
        this.wides[index] += wide(mix, mark);
        this.counts[index]++;
        this.signs[index] += sign(mark);
      }
    }
  }
}
