import { TWO_32, u64, type U64 } from './u64.ts';

/** Numbers modulo the prime 2^61 - 1, in which whatever is not zero can be divided by. */
export const PRIME: U64 = [0xffffffff, 0x1fffffff];

const TOP = 0x1fffffff;

export function isBelowPrime([low, high]: U64): boolean {
  return high < TOP || (high === TOP && low < PRIME[0]);
}

export function add(a: U64, b: U64): U64 {
  const low = a[0] + b[0];
  const high = a[1] + b[1] + (low >= TWO_32 ? 1 : 0);
  // 2^61 is 1 here
  const folded = (low >>> 0) + (high >>> 29);
  const sum: U64 = [folded >>> 0, ((high & TOP) + (folded >= TWO_32 ? 1 : 0)) >>> 0];
  return isBelowPrime(sum) ? sum : [0, 0];
}

export function negative([low, high]: U64): U64 {
  return low === 0 && high === 0 ? [0, 0] : [PRIME[0] - low, TOP - high];
}

export function subtract(a: U64, b: U64): U64 {
  return add(a, negative(b));
}

/** Times an integer of 32 bits and any sign: in pieces of 16 bits, from the top. */
export function multiply(a: U64, number: number): U64 {
  const factor = Math.abs(number);
  let product: U64 = [0, 0];
  for (const piece of [a[1] >>> 16, a[1] & 0xffff, a[0] >>> 16, a[0] & 0xffff]) {
    const [low, high] = product;
    const turned: U64 = [((low << 16) | (high >>> 13)) >>> 0, ((high << 16) | (low >>> 16)) & TOP];
    product = add(turned, u64(factor * piece));
  }
  return number < 0 ? negative(product) : product;
}

/**
 * What gives this when multiplied with an integer that is neither 0 nor -2^31. The smallest k is looked for with
 * which a + k · prime can be divided by it as ordinary numbers can.
 */
export function divide(a: U64, number: number): U64 {
  const divisor = Math.abs(number);
  const from = number < 0 ? negative(a) : a;
  const missing = (divisor - rest(from, divisor)) % divisor;
  const k = timesModulo(missing, inverse(rest(PRIME, divisor), divisor), divisor);
  // a + k · (2^61 - 1) = top · 2^61 + (a - k)
  const borrowed = from[1] * TWO_32 + from[0] < k;
  const lower = subtract(from, [k, 0]);
  const below: U64 = borrowed ? plusOne(lower) : lower;
  let over = borrowed ? k - 1 : k;
  const digits: number[] = [];
  for (const [piece, size] of [[below[1] >>> 16, 8192], [below[1] & 0xffff, 65536], [below[0] >>> 16, 65536], [below[0] & 0xffff, 65536]]) {
    const part = over * size + piece;
    digits.push(Math.floor(part / divisor));
    over = part % divisor;
  }
  return [digits[2] * 65536 + digits[3], digits[0] * 65536 + digits[1]];
}

/** What was taken from the next higher one is 2^61, and not the prime. */
function plusOne([low, high]: U64): U64 {
  return low === PRIME[0] ? [0, high + 1] : [low + 1, high];
}

function rest([low, high]: U64, divisor: number): number {
  const upper = ((high % divisor) * 65536 + (low >>> 16)) % divisor;
  return (upper * 65536 + (low & 0xffff)) % divisor;
}

/** Of numbers below 2^31. */
function timesModulo(a: number, b: number, modulus: number): number {
  return ((((a * (b >>> 16)) % modulus) * 65536) + a * (b & 0xffff)) % modulus;
}

/** Of a number below the modulus that has nothing in common with it (Euclid, extended). */
function inverse(number: number, modulus: number): number {
  let [left, right, ofLeft, ofRight] = [modulus, number % modulus, 0, 1];
  while (right > 1) {
    const quotient = Math.floor(left / right);
    [left, right] = [right, left - quotient * right];
    [ofLeft, ofRight] = [ofRight, ofLeft - quotient * ofRight];
  }
  return ((ofRight % modulus) + modulus) % modulus;
}
