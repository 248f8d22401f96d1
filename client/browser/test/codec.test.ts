import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hex64 } from '../src/codec/batch-decoder.ts';
import { toBytes, toText } from '../src/codec/text.ts';
import { WireReader } from '../src/codec/wire-reader.ts';
import { WireWriter } from '../src/codec/wire-writer.ts';
import { xxh3 } from '../src/codec/xxh3.ts';

test('xxh3 gives what another implementation gives, for every length up to 300 and some above (P49)', () => {
  for (const line of readFileSync('test/xxh3.txt', 'utf8').trim().split('\n')) {
    const [length, expected] = line.split(' ');
    const data = Uint8Array.from({ length: Number(length) }, (_, i) => i * 167 + (i >>> 8) * 31 + 13);
    assert.equal(hex64(xxh3(data)), expected, `length ${length}`);
  }
});

test('every byte string has one text, and the text gives it back (P4)', () => {
  const seed = Date.now();
  const random = generator(seed);
  const seen = new Map<string, string>();
  const samples = [
    [],
    [0xef, 0xbb, 0xbf, 0x61], // a byte order mark is a character like others
    [0xed, 0xa0, 0x80], // an encoded surrogate is no UTF-8
    [0xed, 0xb2, 0x80], // not even the one that stands for byte 80
    [0xf0, 0x9f, 0x98, 0x80, 0x80],
    [0xc0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    ...Array.from({ length: 20_000 }, () =>
      Array.from({ length: random(7) }, () => (random(2) === 0 ? 0x70 + random(0x90) : [0xe2, 0x82, 0xac, 0xf0, 0x9f][random(5)])),
    ),
    Array.from({ length: 300 }, () => random(256)),
  ];
  for (const sample of samples) {
    const text = toText(Uint8Array.from(sample));
    assert.deepEqual([...toBytes(text)], sample, `seed ${seed}: ${sample}`);
    const hex = sample.join(' ');
    assert.equal(seen.get(text) ?? hex, hex, `seed ${seed}: two byte strings have the text of ${hex}`);
    seen.set(text, hex);
  }
  assert.equal(toText(new TextEncoder().encode('Größe 😀')), 'Größe 😀');
});

test('numbers are read as they were written, up to 2^53', () => {
  for (const n of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 5, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER]) {
    assert.equal(new WireReader(new WireWriter().varint(n).finish()).readVarint(), n);
  }
  const above = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  assert.throws(() => new WireReader(above).readVarint(), /above 2\^53/);
  assert.throws(() => new WireReader(Uint8Array.from([0x80])).readVarint(), /where 0 are left/);
});

/** Numbers below a bound, the same for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
