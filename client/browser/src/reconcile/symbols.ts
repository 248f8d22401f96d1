import { plus, times, xorShifted, type U64 } from './u64.ts';

/** No symbol has a greater index. */
export const MAX_INDEX = 1 << 30;

/** The first symbols are in too many keys for a short check, and tell how much differs. */
export const HEAD = 1024;

/** The prime below 2^16 that short checks are taken modulo. */
export const CHECK_PRIME = 65_521;

const MULTIPLIER: U64 = [0xe4dd58b5, 0xda942042];

/** 2^26.5: the square root of 2^53, which makes of 53 random bits a number from 0 to 1. */
const ROOT = 94906265.62425156;

/** Of an id: behind the first symbol; of a state: behind the next. */
export function advance(state: U64): U64 {
  return times(state, MULTIPLIER);
}

/** The symbol after `index` that an id in this state is in. */
export function next(index: number, [low, high]: U64): number {
  const random = high * 0x200000 + (low >>> 11) + 1;
  const jump = (index + 1.5) * (ROOT / Math.sqrt(random) - 1);
  return jump >= MAX_INDEX - index - 1 ? MAX_INDEX : index + 1 + Math.floor(jump);
}

/** 64 bits of the id that are independent of its place in sums (splitmix64's last steps). */
export function mixed(id: U64): U64 {
  let z = plus(id, [0x7f4a7c15, 0x9e3779b9]);
  z = times(xorShifted(z, 30), [0x1ce4e5b9, 0xbf58476d]);
  z = times(xorShifted(z, 27), [0x133111eb, 0x94d049bb]);
  return xorShifted(z, 31);
}

/** What a mark counts for in the check of a symbol: by the upper half, modulo the prime. */
export function check(mix: U64, mark: number): number {
  const product = (mix[1] % CHECK_PRIME) * mark;
  return ((product % CHECK_PRIME) + CHECK_PRIME) % CHECK_PRIME;
}

/** The same in the wide check of the first symbols: by the lower half, modulo 2^32. */
export function wide(mix: U64, mark: number): number {
  return Math.imul(mix[0], mark);
}

/** Plus or minus one, by the mark: two values of a key mostly do not cancel each other. */
export function sign(mark: number): number {
  return (mark & 1) * 2 - 1;
}

/** Whether the id is in this symbol: walks there. */
export function isIn(id: U64, symbol: number): boolean {
  let index = 0;
  for (let state = advance(id); index < symbol; state = advance(state)) {
    index = next(index, state);
  }
  return index === symbol;
}

/** About how many of so many keys are in this symbol: what a count is told against. */
export function expected(items: number, index: number): number {
  return Math.floor(items / (1 + index / 2) + 0.5);
}

export function density(index: number): number {
  return 1 / (1 + index / 2);
}
