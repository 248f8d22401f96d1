/** A number of 64 bits: low and high half, each unsigned. */
export type U64 = readonly [low: number, high: number];

export const TWO_32 = 4294967296;

/** Of a number up to 2^53. */
export function u64(number: number): U64 {
  return [number % TWO_32, Math.floor(number / TWO_32)];
}

/** Modulo 2^64. */
export function plus(a: U64, b: U64): U64 {
  const low = a[0] + b[0];
  return [low >>> 0, (a[1] + b[1] + (low >= TWO_32 ? 1 : 0)) >>> 0];
}

/** Modulo 2^64. */
export function times(a: U64, b: U64): U64 {
  const al = a[0] & 0xffff;
  const ah = a[0] >>> 16;
  const bl = b[0] & 0xffff;
  const bh = b[0] >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const carried = ah * bh + (middle >>> 16) + ((al * bh + (middle & 0xffff)) >>> 16);
  return [Math.imul(a[0], b[0]) >>> 0, (carried + Math.imul(a[0], b[1]) + Math.imul(a[1], b[0])) >>> 0];
}

/** a ^ a >>> bits, for 1 to 31. */
export function xorShifted([low, high]: U64, bits: number): U64 {
  return [(low ^ ((low >>> bits) | (high << (32 - bits)))) >>> 0, (high ^ (high >>> bits)) >>> 0];
}
