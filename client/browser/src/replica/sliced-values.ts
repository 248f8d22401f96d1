import type { Part, Put } from '../codec/change.ts';
import {
  HashValue,
  ListValue,
  SetValue,
  SortedSetValue,
  StreamValue,
  StringValue,
  type Value,
} from '../codec/value.ts';

/** Large values that arrive slice by slice, until they are whole (P35). */
export class SlicedValues {
  private readonly slices = new Map<string, Value[]>();

  /** The whole value, if this was the last slice. A slice without its first is left out. */
  add(part: Part): Put | undefined {
    if (part.index === 0) {
      this.slices.set(part.key, []);
    }
    const collected = this.slices.get(part.key);
    if (collected?.length !== part.index) {
      this.slices.delete(part.key);
      return undefined;
    }
    collected.push(part.slice);
    if (!part.last) {
      return undefined;
    }
    this.slices.delete(part.key);
    const { key, version, expiresAtMillis } = part;
    return { kind: 'put', key, version, value: joined(collected), expiresAtMillis };
  }

  /** The key has a value from elsewhere: what was collected is old. */
  forget(key: string): void {
    this.slices.delete(key);
  }

  clear(): void {
    this.slices.clear();
  }
}

function joined(slices: readonly Value[]): Value {
  const last = slices[slices.length - 1];
  switch (last.type) {
    case 'string':
      return StringValue.of(concatenated(slices.map((slice) => as(slice, last).bytes)));
    case 'hash':
      return new HashValue(
        new Map(slices.flatMap((slice) => [...as(slice, last).allFields])),
        new Map(slices.flatMap((slice) => [...as(slice, last).expiries])),
      );
    case 'list':
      return new ListValue(slices.flatMap((slice) => as(slice, last).elements));
    case 'set':
      return new SetValue(new Set(slices.flatMap((slice) => [...as(slice, last).members])));
    case 'zset':
      return new SortedSetValue(slices.flatMap((slice) => as(slice, last).members));
    case 'stream':
      return new StreamValue(
        slices.flatMap((slice) => as(slice, last).entries),
        last.lastId,
        last.entriesAdded,
        last.maxDeletedId,
      );
    case 'opaque':
      return last;
  }
}

/** Slices of one value are of one type; a hub that mixes them breaks P35. */
function as<V extends Value>(slice: Value, like: V): V {
  if (slice.type !== like.type) {
    throw new TypeError(`a slice of type ${slice.type} in a value of type ${like.type}`);
  }
  return slice as V;
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
