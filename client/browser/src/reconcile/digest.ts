import { bad } from './lent.ts';
import { TWO_32, type U64 } from './u64.ts';

export const BUCKETS = 1024;

/** Bytes of a total. */
export const TOTAL_BYTES = 16;

/** Halves of a number of 128 bits. */
const HALVES = 4;

/** The bucket of an item: its ten highest bits. */
export function bucketOf(item: U64): number {
  return item[1] >>> 22;
}

/**
 * What proves that two sets are the same: their count and, in 1,024 buckets, sums modulo 2^128 of a keyed 128-bit
 * hash of each of their elements. The digest of a union is the sum of digests.
 */
export class Digest {
  readonly sums = new Uint32Array(BUCKETS * HALVES);
  count = 0;

  /** @param times -1 takes it out */
  add(item: U64, halves: readonly number[], times: 1 | -1 = 1): void {
    addTo(this.sums, bucketOf(item) * HALVES, halves, times);
    this.count += times;
  }

  copy(): Digest {
    const copy = new Digest();
    copy.sums.set(this.sums);
    copy.count = this.count;
    return copy;
  }

  /** The sum over all buckets, and of another total. */
  total(other?: Uint8Array): Uint32Array {
    const total = new Uint32Array(HALVES);
    for (let at = 0; at < this.sums.length; at += HALVES) {
      addTo(total, 0, this.sums.subarray(at, at + HALVES), 1);
    }
    if (other !== undefined) {
      addTo(total, 0, halvesOf(other, TOTAL_BYTES), 1);
    }
    return total;
  }

  /** Whether the total is that of these bytes. */
  is(total: Uint8Array, other?: Uint8Array): boolean {
    return this.total(other).join() === halvesOf(total, TOTAL_BYTES).join();
  }

  /** The buckets in which those of these bytes are not the same. */
  differing(bytes: Uint8Array): Set<number> {
    const theirs = halvesOf(bytes, BUCKETS * TOTAL_BYTES);
    const differing = new Set<number>();
    this.sums.forEach((half, i) => half !== theirs[i] && differing.add(Math.floor(i / HALVES)));
    return differing;
  }
}

function addTo(sums: Uint32Array, at: number, halves: ArrayLike<number>, times: number): void {
  for (let i = 0, carry = 0; i < HALVES; i++) {
    const sum = sums[at + i] + times * halves[i] + carry;
    sums[at + i] = sum;
    carry = Math.floor(sum / TWO_32);
  }
}

/** Little-endian. */
function halvesOf(bytes: Uint8Array, length: number): number[] {
  if (bytes.length !== length) {
    throw bad(`a digest of ${bytes.length} bytes: ${length} expected`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: length / 4 }, (_, i) => view.getUint32(4 * i, true));
}
