import { density, HEAD } from './symbols.ts';

/** Symbols before are in too many keys' walks to be independent. */
const FIRST = 4;

/** No set is larger; what says so is nonsense. */
const MOST = 0x7fffffff;

/** About how much differs between two sets: keys that both have, with two values, and keys that only one side has. */
export interface Estimate {
  readonly changed: number;
  readonly single: number;
  readonly all: number;
}

export function estimateOf(changed: number, single: number): Estimate {
  return { changed, single, all: changed + single };
}

/**
 * From the counts of the first symbols of a difference.
 *
 *   key                    its count in the difference    its sign     squares on average
 *   on one side only       1 or -1                        1 or -1      1 and 1
 *   with two values        0                              0, 2 or -2   0 and 2
 *
 * Symbol 0 says by how much the one set is larger, D. The count of symbol i is a sum of d times plus or minus one,
 * each there with probability p = 1 / (1 + i/2): its mean is D p, its variance d p (1 - p). So each count is a
 * measurement of d. The same for signs.
 */
export function estimate(counts: Int32Array, signs: Int32Array, symbols: number): Estimate {
  const size = Math.min(symbols, HEAD);
  if (size <= FIRST) {
    return estimateOf(0, 0);
  }
  const single = variance(counts, size);
  const both = variance(signs, size);
  return estimateOf(
    Math.round(Math.min(Math.max((both - single) / 2, 0), MOST)),
    Math.round(Math.min(Math.max(single, Math.abs(counts[0])), MOST)),
  );
}

function variance(sums: Int32Array, size: number): number {
  let sum = 0;
  for (let i = FIRST; i < size; i++) {
    const p = density(i);
    const off = sums[i] - sums[0] * p;
    sum += (off * off) / (p * (1 - p));
  }
  return sum / (size - FIRST);
}
