import { toBytes } from '../src/codec/text.ts';
import { ProtocolException } from '../src/codec/wire-error.ts';
import { WireWriter } from '../src/codec/wire-writer.ts';
import { xxh3 } from '../src/codec/xxh3.ts';
import { Decoder } from '../src/reconcile/decoder.ts';
import { borrow } from '../src/reconcile/lent.ts';
import { Sketch } from '../src/reconcile/sketch.ts';
import { expected, HEAD } from '../src/reconcile/symbols.ts';
import type { U64 } from '../src/reconcile/u64.ts';

borrow({ xxh3, toBytes, WireWriter, ProtocolException });

export const SALT = Uint8Array.from({ length: 32 }, (_, i) => i);

/** The same numbers for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

export function run<T>(job: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = job.next();
    if (done) {
      return value;
    }
  }
}

/** Symbols as a hub sends them (P103). */
export function encodeRun(sketch: Sketch, from: number, to: number, items: number): Uint8Array {
  const bytes: number[] = [];
  const number = (value: number, length: number) => {
    for (let i = 0; i < length; i++) {
      bytes.push((value >>> (8 * i)) & 255);
    }
  };
  const varint = (value: number) => {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; rest >= 0x80; rest >>>= 7) {
      bytes.push((rest & 0x7f) | 0x80);
    }
    bytes.push(rest);
  };
  for (let i = from; i < to; i++) {
    number(sketch.keysLow[i], 4);
    number(sketch.keysHigh[i], 4);
    number(sketch.marks[i], 4);
    number(sketch.checks[i], 2);
    if (i < HEAD) {
      number(sketch.wides[i], 4);
      varint(sketch.counts[i] - expected(items, i));
      varint(sketch.signs[i]);
    }
  }
  return Uint8Array.from(bytes);
}

/** Ids with marks. */
export type Side = readonly { readonly id: U64; readonly mark: number }[];

export function sketchOf(side: Side, symbols: number): Sketch {
  const sketch = new Sketch();
  sketch.grow(symbols);
  side.forEach(({ id, mark }) => sketch.put(id, mark, 0));
  return sketch;
}

/** Gives the decoder runs of symbols until it wants no more. */
export function decode(theirs: Side, ours: Side, most: number): Decoder {
  const decoder = new Decoder(theirs.length);
  const [hub, own] = [sketchOf(theirs, most), sketchOf(ours, most)];
  for (let from = 0; from < most && decoder.state === 'hungry'; from += 64) {
    run(decoder.take(encodeRun(hub, from, from + 64, theirs.length), own));
  }
  return decoder;
}
