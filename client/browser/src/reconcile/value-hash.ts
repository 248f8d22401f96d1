import type { HashValue, SortedSetValue, StreamValue, Value } from '../codec/value.ts';
import { lent } from './lent.ts';
import { plus, u64, type U64 } from './u64.ts';

/** A dump ends with 2 bytes version and 8 bytes checksum. */
const DUMP_TRAILER = 10;

/** Bytes one behind the other, little-endian. */
class Bytes {
  private view = new DataView(new ArrayBuffer(1024));
  private size = 0;

  begin(): this {
    this.size = 0;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    new Uint8Array(this.view.buffer).set(bytes, this.size);
    this.size += bytes.length;
    return this;
  }

  int(number: number): this {
    this.room(4);
    this.view.setUint32(this.size, number, true);
    this.size += 4;
    return this;
  }

  long([low, high]: U64): this {
    return this.int(low).int(high);
  }

  double(number: number): this {
    this.room(8);
    this.view.setFloat64(this.size, number, true);
    this.size += 8;
    return this;
  }

  /** An element: its length and its bytes. */
  element(text: string): this {
    const bytes = lent.toBytes(text);
    return this.int(bytes.length).raw(bytes);
  }

  /** Words of ours: 16 bits for each character, then how many there are. */
  word(text: string): this {
    this.room(2 * text.length);
    for (let i = 0; i < text.length; i++, this.size += 2) {
      this.view.setUint16(this.size, text.charCodeAt(i), true);
    }
    return this.int(text.length);
  }

  hash(): U64 {
    return lent.xxh3(new Uint8Array(this.view.buffer, 0, this.size));
  }

  private room(more: number): void {
    if (this.size + more > this.view.byteLength) {
      const larger = new Uint8Array(2 * (this.size + more));
      larger.set(new Uint8Array(this.view.buffer, 0, this.size));
      this.view = new DataView(larger.buffer);
    }
  }
}

const whole = new Bytes();
const part = new Bytes();

/** What is put together of one value: how many elements, and the sum of their hashes where order does not count. */
interface Content {
  readonly count: number;
  readonly sum?: U64;
  readonly lastId?: string;
}

/**
 * Canonical 64-bit hash (XXH3) of a value and its expiry, the same as the hub makes (P210): order of a list and of a
 * stream counts; order of set, hash and sorted set does not. Of a stream, groups and counters are left out; of a
 * module's dump, the version and the checksum behind it.
 *
 *   XXH3 of  type | content | number of bytes or elements | sum of element hashes | [last id] | expiry
 */
export function valueHash(value: Value, expiresAtMillis: number): U64 {
  whole.begin().word(value.type === 'opaque' ? value.moduleType : value.type);
  const { count, sum, lastId } = content(value);
  whole.long(u64(count)).long(sum ?? [0, 0]);
  if (lastId) {
    whole.word(lastId);
  }
  const hash = whole.long(u64(expiresAtMillis)).hash();
  return hash[0] === 0 && hash[1] === 0 ? [1, 0] : hash;
}

function content(value: Value): Content {
  switch (value.type) {
    case 'string':
      return raw(value.bytes);
    case 'list':
      value.elements.forEach((element) => whole.element(element));
      return { count: value.elements.length };
    case 'set':
      return summed(value.members, (member) => part.raw(lent.toBytes(member)));
    case 'hash':
      return fields(value);
    case 'zset':
      return scored(value);
    case 'stream':
      return entries(value);
    case 'opaque':
      return raw(value.dump.subarray(0, Math.max(0, value.dump.length - DUMP_TRAILER)));
  }
}

function raw(bytes: Uint8Array): Content {
  whole.raw(bytes);
  return { count: bytes.length };
}

function summed<T>(elements: Iterable<T>, write: (element: T) => void): Content {
  let count = 0;
  let sum: U64 = [0, 0];
  for (const element of elements) {
    part.begin();
    write(element);
    sum = plus(sum, part.hash());
    count++;
  }
  return { count, sum };
}

function fields({ allFields, expiries }: HashValue): Content {
  return summed(allFields, ([name, value]) => part.element(name).element(value).long(u64(expiries.get(name) ?? 0)));
}

function scored({ members }: SortedSetValue): Content {
  // -0 and 0 are the same score
  return summed(members, ({ member, score }) => part.element(member).double(score + 0));
}

function entries({ entries: all, lastId }: StreamValue): Content {
  for (const { id, fields: pairs } of all) {
    whole.word(id).int(2 * pairs.length);
    pairs.forEach(([name, value]) => whole.element(name).element(value));
  }
  return { count: all.length, lastId };
}
