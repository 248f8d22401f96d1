import { CodecException } from './wire-error.ts';

const EMPTY = new Uint8Array(0);
const TWO_32 = 4294967296;

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/**
 * Reads Protobuf's encodings from a stretch of an array and never leaves it. Whatever does not fit
 * is refused; nothing is allocated before the bytes for it were seen.
 *
 * Numbers are exact up to 2^53 and refused above: no version, size or time comes near.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** A reader of nothing: a column that is absent. */
  static empty(): WireReader {
    return new WireReader(EMPTY);
  }

  get remaining(): number {
    return this.end - this.at;
  }

  /** The next field's tag, 0 at the end. */
  readTag(): number {
    if (this.at === this.end) {
      return 0;
    }
    const tag = this.readVarint();
    if (tag < 8 || tag >= TWO_32) {
      throw new CodecException('MALFORMED', `tag ${tag} is no Protobuf field`);
    }
    return tag;
  }

  readByte(): number {
    if (this.at === this.end) {
      throw this.truncated('a byte', 1);
    }
    return this.bytes[this.at++];
  }

  /** An unsigned number; one of 10 bytes, which a negative int64 has, is refused as too large. */
  readVarint(): number {
    const first = this.readByte();
    if (first < 0x80) {
      return first;
    }
    let value = first & 0x7f;
    let scale = 128;
    for (let i = 1; i < 10; i++) {
      const b = this.readByte();
      value += (b & 0x7f) * scale;
      if (b < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) {
          throw new CodecException('BAD_VALUE', `a number above 2^53: ${value}`);
        }
        return value;
      }
      scale *= 128;
    }
    throw new CodecException('MALFORMED', 'a number of more than 10 bytes');
  }

  /** A signed number as zigzag; exact up to ±2^52. */
  readZigZag(): number {
    const value = this.readVarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Low and high half of a fixed64, unsigned. */
  readFixed64(): [low: number, high: number] {
    this.require('a fixed64', 8);
    const low = this.uint32(this.at);
    const high = this.uint32(this.at + 4);
    this.at += 8;
    return [low, high];
  }

  readDouble(): number {
    this.require('a double', 8);
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, 8).getFloat64(0, true);
    this.at += 8;
    return value;
  }

  private uint32(at: number): number {
    const b = this.bytes;
    return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;
  }

  /** What a length-delimited field holds, as a reader of its own. */
  readNested(): WireReader {
    return this.slice(this.readVarint());
  }

  /** A view of a length-delimited field's bytes; no copy. */
  readBytesField(): Uint8Array {
    return this.readBytes(this.readVarint());
  }

  readText(): string {
    return new TextDecoder().decode(this.readBytesField());
  }

  /** A view; no copy. */
  readBytes(length: number): Uint8Array {
    this.require('bytes', length);
    if (length === 0) {
      return EMPTY;
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** The next bytes as a reader of their own. */
  slice(length: number): WireReader {
    this.require('bytes', length);
    this.at += length;
    return new WireReader(this.bytes, this.at - length, this.at);
  }

  /** Steps over a field that this version does not know. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.skipVarint();
        return;
      case FIXED64:
        this.slice(8);
        return;
      case BYTES:
        this.readNested();
        return;
      case FIXED32:
        this.slice(4);
        return;
      default:
        throw new CodecException('MALFORMED', `field ${tag >>> 3} has wire type ${tag & 7}`);
    }
  }

  /** Refuses a known field in a form that is not its own. */
  skipUnknown(tag: number, lastField: number): void {
    if (tag >>> 3 <= lastField) {
      throw new CodecException('MALFORMED', `field ${tag >>> 3} has wire type ${tag & 7}`);
    }
    this.skip(tag);
  }

  private skipVarint(): void {
    for (let i = 0; i < 10; i++) {
      if (this.readByte() < 0x80) {
        return;
      }
    }
    throw new CodecException('MALFORMED', 'a number of more than 10 bytes');
  }

  private require(what: string, length: number): void {
    if (length > this.end - this.at) {
      throw this.truncated(what, length);
    }
  }

  private truncated(what: string, length: number): CodecException {
    return new CodecException('TRUNCATED', `${what} of ${length} bytes where ${this.remaining} are left`);
  }
}
