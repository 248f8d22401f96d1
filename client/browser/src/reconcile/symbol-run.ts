import { isBelowPrime } from './field.ts';
import { bad } from './lent.ts';
import { Sketch } from './sketch.ts';
import { CHECK_PRIME, expected, HEAD } from './symbols.ts';
import type { U64 } from './u64.ts';

/** The most symbols in one run. */
const MAX_SYMBOLS = 4096;
const SYMBOL_BYTES = 14;

/**
 * Reads some symbols one after the other, as they travel (P103); those of the head stand where they belong, the
 * others from 0 on.
 *
 * @param first index of the first symbol
 * @param items of the set it is of
 */
export function decodeRun(data: Uint8Array, first: number, items: number): Sketch {
  const bytes = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const run = new Sketch(Math.min(MAX_SYMBOLS, Math.floor(data.length / SYMBOL_BYTES)));
  let at = 0;
  let n = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = bytes.getUint8(at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw bad(`a count of symbol ${first + n} that is no 32-bit varint`);
  };
  try {
    for (; at < data.length; n++) {
      if (n === MAX_SYMBOLS) {
        throw bad(`a run of more than ${MAX_SYMBOLS} symbols`);
      }
      const key: U64 = [bytes.getUint32(at, true), bytes.getUint32(at + 4, true)];
      const check = bytes.getUint16(at + 12, true);
      if (!isBelowPrime(key) || check >= CHECK_PRIME) {
        throw bad(`symbol ${first + n} that is not reduced by the primes 2^61 - 1 and 65,521`);
      }
      run.setKey(n, key);
      run.marks[n] = bytes.getInt32(at + 8, true);
      run.checks[n] = check;
      at += SYMBOL_BYTES;
      const index = first + n;
      if (index < HEAD) {
        run.wides[index] = bytes.getInt32(at, true);
        at += 4;
        run.counts[index] = varint() + expected(items, index);
        run.signs[index] = varint();
      }
    }
  } catch (e) {
    throw e instanceof RangeError ? bad(`symbol ${first + n} that is cut off, the run has ${data.length} bytes`) : e;
  }
  run.size = n;
  return run;
}
