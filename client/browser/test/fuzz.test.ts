import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchDecoder } from '../src/codec/batch-decoder.ts';
import { readFrame } from '../src/codec/frame.ts';
import { ProtocolException } from '../src/codec/wire-error.ts';
import { readVectors } from './vector.ts';

const ROUNDS = 600;
const seed = Number(process.env.REPLICATOR_SEED ?? Date.now() % 1_000_000);

let state = seed + 1;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state >>> 8) % below;
}

/** Some bytes changed, cut out, doubled, or the end cut off. */
function broken(bytes: Uint8Array): Uint8Array {
  const all = [...bytes];
  for (let i = 1 + random(4); i > 0 && all.length > 0; i--) {
    const at = random(all.length);
    switch (random(5)) {
      case 0:
        all[at] = random(256);
        break;
      case 1:
        all[at] ^= 1 << random(8);
        break;
      case 2:
        all.splice(at, 1 + random(4));
        break;
      case 3:
        all.splice(at, 0, ...all.slice(at, at + 1 + random(8)));
        break;
      default:
        all.length = at;
    }
  }
  return Uint8Array.from(all);
}

/** Whatever comes is read or refused with a code, never anything else. */
function check(name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): boolean {
  try {
    read(bytes);
    return true;
  } catch (e) {
    assert.ok(e instanceof ProtocolException, `seed ${seed}, ${name}, bytes ${Buffer.from(bytes).toString('hex')}: ${String(e)}`);
    return false;
  }
}

for (const [kind, read] of [
  ['batch', (bytes: Uint8Array) => BatchDecoder.decode(bytes)],
  ['frame', readFrame],
] as const) {
  test(`a broken ${kind} is refused with a code (I9), seed ${seed}`, () => {
    let readable = 0;
    let refused = 0;
    for (const vector of readVectors().filter((one) => one.kind === kind)) {
      const bytes = kind === 'frame' ? vector.bytes.subarray(1) : vector.bytes;
      for (let i = 0; i < ROUNDS; i++) {
        check(vector.name, broken(bytes), read) ? readable++ : refused++;
      }
    }
    assert.ok(readable > 100 && refused > 1000, `${readable} readable, ${refused} refused: the changes are of no use`);
  });
}
