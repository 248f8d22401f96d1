import { BYTES, FIXED64, VARINT } from './wire-reader.ts';

const encoder = new TextEncoder();

/** Writes Protobuf's encodings into an array that grows; fields of proto3 with their zero are left out. */
export class WireWriter {
  private bytes: Uint8Array;
  private size = 0;

  constructor(capacity = 64) {
    this.bytes = new Uint8Array(capacity);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.size);
  }

  varint(value: number): this {
    this.room(10);
    while (value >= 0x80) {
      this.bytes[this.size++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    this.bytes[this.size++] = value;
    return this;
  }

  number(field: number, value: number): this {
    return value === 0 ? this : this.varint((field << 3) | VARINT).varint(value);
  }

  fixed64(field: number, [low, high]: readonly [number, number]): this {
    if (low === 0 && high === 0) {
      return this;
    }
    this.varint((field << 3) | FIXED64).room(8);
    const view = new DataView(this.bytes.buffer);
    view.setUint32(this.size, low, true);
    view.setUint32(this.size + 4, high, true);
    this.size += 8;
    return this;
  }

  text(field: number, value: string): this {
    return value === '' ? this : this.field(field, encoder.encode(value));
  }

  /** Also where it is empty: for repeated and optional fields. */
  field(field: number, value: Uint8Array): this {
    this.varint((field << 3) | BYTES).varint(value.length).room(value.length);
    this.bytes.set(value, this.size);
    this.size += value.length;
    return this;
  }

  packed(field: number, values: readonly number[]): this {
    if (values.length === 0) {
      return this;
    }
    const column = new WireWriter();
    values.forEach((value) => column.varint(value));
    return this.field(field, column.finish());
  }

  message(field: number, write: (nested: WireWriter) => void): this {
    const nested = new WireWriter();
    write(nested);
    return this.field(field, nested.finish());
  }

  private room(more: number): void {
    if (this.size + more > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.size + more, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
  }
}
