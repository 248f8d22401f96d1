import { PRIME } from './field.ts';
import { bad } from './lent.ts';
import { SipHash } from './sip-hash.ts';
import type { U64 } from './u64.ts';

const SALT_BYTES = 32;
const NOTHING: U64 = [0, 0];

/**
 * Makes ids, items, marks and digests of keys with value hashes under one salt (P101).
 *
 *   id       SipHash-2-4-64  (first half of the salt, key ++ 0) >>> 3         of the key alone: 1 to 2^61 - 2
 *   item     SipHash-2-4-64  (first half, id ++ value hash)                   0 is taken for 1
 *   mark     the lowest 31 bits of the item                                   0 is taken for 1
 *   digest   SipHash-2-4-128 (second half, key ++ value hash)                 independent of the others
 */
export class ItemHasher {
  private readonly sip = new SipHash();
  private readonly key: Int32Array;
  private readonly digestKey: Int32Array;
  private readonly idBytes = new DataView(new ArrayBuffer(8));

  constructor(salt: Uint8Array) {
    if (salt.length !== SALT_BYTES) {
      throw bad(`a salt of ${salt.length} bytes: ${SALT_BYTES} expected`);
    }
    const words = new DataView(salt.buffer, salt.byteOffset);
    const half = (from: number) => Int32Array.from([0, 4, 8, 12], (at) => words.getInt32(from + at, true));
    this.key = half(0);
    this.digestKey = half(16);
  }

  /** What stands for this key whatever it holds. */
  id(key: Uint8Array): U64 {
    const [low, high] = this.sip.hash(this.key, key, NOTHING);
    const id: U64 = [((low >>> 3) | (high << 29)) >>> 0, high >>> 3];
    const none = (id[0] === 0 && id[1] === 0) || (id[0] === PRIME[0] && id[1] === PRIME[1]);
    return none ? [1, 0] : id;
  }

  /** What stands for the key of this id with this value. */
  item(id: U64, valueHash: U64): U64 {
    this.idBytes.setUint32(0, id[0], true);
    this.idBytes.setUint32(4, id[1], true);
    const item = this.sip.hash(this.key, new Uint8Array(this.idBytes.buffer), valueHash);
    return item[0] === 0 && item[1] === 0 ? [1, 0] : item;
  }

  /** What the key with this value counts for in a digest: 128 bits. */
  digest(key: Uint8Array, valueHash: U64): readonly number[] {
    return this.sip.hash128(this.digestKey, key, valueHash);
  }
}

/** What stands for the value in an item, from 1 to 2^31 - 1. */
export function markOf(item: U64): number {
  return item[0] & 0x7fffffff || 1;
}
