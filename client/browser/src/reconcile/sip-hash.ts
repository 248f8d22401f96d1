import { TWO_32, type U64 } from './u64.ts';

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of some bytes and one 64-bit word behind them: a keyed
 * function, so that nobody who does not know the key can make two inputs collide.
 */
export class SipHash {
  /** v0 to v3, low half before high. */
  private readonly v = new Int32Array(8);
  private message = new DataView(new ArrayBuffer(64));

  /** The 64-bit variant; the key are four halves. */
  hash(key: Int32Array, bytes: Uint8Array, word: U64): U64 {
    this.begin(key, 0);
    this.absorb(bytes, word);
    this.v[4] ^= 0xff;
    this.rounds(4);
    return [this.half(0) >>> 0, this.half(1) >>> 0];
  }

  /** The 128-bit variant, as four halves. */
  hash128(key: Int32Array, bytes: Uint8Array, word: U64): readonly number[] {
    this.begin(key, 0xee);
    this.absorb(bytes, word);
    this.v[4] ^= 0xee;
    this.rounds(4);
    const first = [this.half(0) >>> 0, this.half(1) >>> 0];
    this.v[2] ^= 0xdd;
    this.rounds(4);
    return [...first, this.half(0) >>> 0, this.half(1) >>> 0];
  }

  private half(which: number): number {
    const { v } = this;
    return v[which] ^ v[which + 2] ^ v[which + 4] ^ v[which + 6];
  }

  private begin(key: Int32Array, variant: number): void {
    this.v.set([
      key[0] ^ 0x70736575, key[1] ^ 0x736f6d65, key[2] ^ 0x6e646f6d ^ variant, key[3] ^ 0x646f7261,
      key[0] ^ 0x6e657261, key[1] ^ 0x6c796765, key[2] ^ 0x79746573, key[3] ^ 0x74656462,
    ]); // prettier-ignore
  }

  /** The message is the bytes, then the word, little-endian; its length stands in the last block. */
  private absorb(bytes: Uint8Array, word: U64): void {
    const length = bytes.length + 8;
    const end = (length & ~7) + 8;
    if (this.message.byteLength < end) {
      this.message = new DataView(new ArrayBuffer(2 * end));
    }
    const { message, v } = this;
    const all = new Uint8Array(message.buffer);
    all.set(bytes);
    all.fill(0, length, end);
    message.setUint32(bytes.length, word[0], true);
    message.setUint32(bytes.length + 4, word[1], true);
    all[end - 1] = length;
    for (let at = 0; at < end; at += 8) {
      const low = message.getInt32(at, true);
      const high = message.getInt32(at + 4, true);
      v[6] ^= low;
      v[7] ^= high;
      this.rounds(2);
      v[0] ^= low;
      v[1] ^= high;
    }
  }

  /** In halves: what is shifted out of the one comes into the other. */
  private rounds(count: number): void {
    const { v } = this;
    let [a, b, c, d, e, f, g, h] = v;
    for (; count > 0; count--) {
      let sum = (a >>> 0) + (c >>> 0);
      b = (b + d + (sum >= TWO_32 ? 1 : 0)) | 0;
      a = sum | 0;
      let low = (c << 13) | (d >>> 19);
      d = ((d << 13) | (c >>> 19)) ^ b;
      c = low ^ a;
      low = b;
      b = a;
      a = low;
      sum = (e >>> 0) + (g >>> 0);
      f = (f + h + (sum >= TWO_32 ? 1 : 0)) | 0;
      e = sum | 0;
      low = (g << 16) | (h >>> 16);
      h = ((h << 16) | (g >>> 16)) ^ f;
      g = low ^ e;
      sum = (a >>> 0) + (g >>> 0);
      b = (b + h + (sum >= TWO_32 ? 1 : 0)) | 0;
      a = sum | 0;
      low = (g << 21) | (h >>> 11);
      h = ((h << 21) | (g >>> 11)) ^ b;
      g = low ^ a;
      sum = (e >>> 0) + (c >>> 0);
      f = (f + d + (sum >= TWO_32 ? 1 : 0)) | 0;
      e = sum | 0;
      low = (c << 17) | (d >>> 15);
      d = ((d << 17) | (c >>> 15)) ^ f;
      c = low ^ e;
      low = f;
      f = e;
      e = low;
    }
    v[0] = a;
    v[1] = b;
    v[2] = c;
    v[3] = d;
    v[4] = e;
    v[5] = f;
    v[6] = g;
    v[7] = h;
  }
}
