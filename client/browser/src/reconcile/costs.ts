import type { Estimate } from './estimate.ts';
import { HEAD, MAX_INDEX } from './symbols.ts';

/** Symbols a key that differs takes, from many on. */
const SYMBOLS_A_DIFFERENCE = 1.36;
const FIRST_SYMBOLS = 128;

/** Bytes of a symbol on the wire, behind the first ones, and of an item in a listing. */
const SYMBOL_BYTES = 14;
const ITEM_BYTES = 8;

/**
 * The arithmetic that chooses how the rest of a difference is found: by more symbols, by a listing of all items, or
 * not at all because nearly everything has to come anyway.
 *
 * @param theirs items at the hub
 * @param ours items here
 */
export function choose(differences: Estimate, theirs: number, ours: number): 'symbols' | 'listing' | 'snapshot' {
  // what is lacking here, if the two sides of the difference stand in line with the set sizes
  const lacking = differences.changed + (differences.single + theirs - ours) / 2;
  if (theirs === 0) {
    return 'symbols';
  }
  if (lacking >= 0.9 * theirs) {
    return 'snapshot';
  }
  return differences.all * SYMBOLS_A_DIFFERENCE * SYMBOL_BYTES > theirs * ITEM_BYTES ? 'listing' : 'symbols';
}

/**
 * How many symbols to ask for in all, when so many are there and this is the estimate. Small differences have a long
 * tail; what is asked for in vain costs bytes, what is missing costs a round trip. Where the estimate will become
 * better while symbols arrive, fewer are asked for than are needed.
 */
export function symbolsFor(differences: number, have: number): number {
  if (have === 0) {
    return FIRST_SYMBOLS;
  }
  const needed = differences * SYMBOLS_A_DIFFERENCE;
  const step =
    have >= HEAD
      ? Math.max(needed * 1.03, have + have / 25 + 64)
      : needed * 1.2 + 32 <= HEAD
        ? Math.max(needed * 1.2 + 32, have + 64)
        : Math.max(HEAD, needed * 0.75);
  return Math.floor(Math.min(step, MAX_INDEX - 1));
}
