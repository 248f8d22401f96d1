import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decoder } from '../src/reconcile/decoder.ts';
import type { U64 } from '../src/reconcile/u64.ts';
import { decode, encodeRun, randomOf, run, sketchOf, type Side } from './sets.ts';

const seed = Number(process.env.REPLICATOR_SEED ?? Date.now() % 1_000_000);

/** Two sets, and what the marks of each id differ by. */
function sets(random: (below: number) => number, common: number, changed: number, theirs: number, ours: number) {
  const id = (): U64 => [random(2 ** 32), random(0x1fffffff)];
  const mark = () => 1 + random(0x7fffffff - 1);
  const hub: { id: U64; mark: number }[] = [];
  const own: { id: U64; mark: number }[] = [];
  const differences = new Map<string, number>();
  for (let i = 0; i < common + changed + theirs + ours; i++) {
    const one = { id: id(), mark: mark() };
    const other = i < changed ? { id: one.id, mark: mark() } : one;
    const [atHub, here] = [i < changed + theirs || i >= changed + theirs + ours, i < changed || i >= changed + theirs];
    if (atHub) {
      hub.push(one);
    }
    if (here) {
      own.push(other);
    }
    const delta = (atHub ? one.mark : 0) - (here ? other.mark : 0);
    if (delta !== 0) {
      differences.set(one.id.join(), delta);
    }
  }
  return { hub, own, differences };
}

const found = (decoder: Decoder) => new Map(decoder.differences().map(({ id, delta }) => [id.join(), delta]));

test('sets with nothing to everything in common: what differs is found, with few symbols', () => {
  const random = randomOf(seed);
  for (const [common, changed, theirs, ours] of [
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
    [5000, 0, 0, 0],
    [5000, 1, 0, 0],
    [5000, 40, 5, 5],
    [5000, 400, 50, 50],
    [0, 0, 500, 500],
    [0, 800, 0, 0],
  ]) {
    const { hub, own, differences } = sets(random, common, changed, theirs, ours);
    const most = 64 * Math.ceil((128 + 3 * differences.size) / 64);
    const decoder = decode(hub, own, most);
    const said = `seed ${seed}, ${[common, changed, theirs, ours]}`;
    assert.equal(decoder.state, 'decoded', said);
    assert.deepEqual(found(decoder), differences, said);
    if (differences.size >= 500) {
      assert.ok(decoder.symbols < 1.7 * differences.size, `${decoder.symbols} symbols for ${differences.size}, ${said}`);
    }
  }
});

test('the estimate of many differences is near', () => {
  const { hub, own } = sets(randomOf(seed), 1000, 3000, 200, 100);
  const decoder = new Decoder(hub.length);
  const [theirs, ours] = [sketchOf(hub, 1024), sketchOf(own, 1024)];
  run(decoder.take(encodeRun(theirs, 0, 1024, hub.length), ours));
  assert.equal(decoder.state, 'hungry');
  const { all } = decoder.estimate();
  assert.ok(all > 3300 * 0.7 && all < 3300 * 1.3, `seed ${seed}: ${all} for 3,300`);
});

test('bytes that are no run, too long, or not reduced are refused', () => {
  const { hub, own } = sets(randomOf(seed), 10, 1, 0, 0);
  const take = (bytes: Uint8Array, symbols = 64) => run(new Decoder(hub.length).take(bytes, sketchOf(own, symbols)));
  const good = encodeRun(sketchOf(hub, 64), 0, 64, hub.length);
  take(good);
  for (let cut = 1; cut < 20; cut++) {
    assert.throws(() => take(good.subarray(0, good.length - cut)), { code: 'BAD_FRAME' }, `${cut} bytes less`);
  }
  assert.throws(() => take(good, 32), { code: 'BAD_FRAME' });
  const large = good.slice();
  large.fill(0xff, 0, 8);
  assert.throws(() => take(large), { code: 'BAD_FRAME' });
  const endless = good.slice();
  endless.fill(0x80, 18, 30);
  assert.throws(() => take(endless), { code: 'BAD_FRAME' });
});

test('symbols that are no sketch of a set end, and what they find is bounded', () => {
  const random = randomOf(seed);
  for (let round = 0; round < 50; round++) {
    const { hub, own } = sets(random, 20, 10, 5, 5);
    const theirs = sketchOf(hub, 192);
    for (let i = random(20); i >= 0; i--) {
      const at = random(192);
      theirs.marks[at] += random(3) - 1;
      theirs.keysLow[at] ^= random(4);
      theirs.checks[at] = random(65_521);
    }
    const decoder = new Decoder(hub.length);
    const ours: Side = own;
    const sketch = sketchOf(ours, 192);
    for (let from = 0; from < 192 && decoder.state === 'hungry'; from += 64) {
      run(decoder.take(encodeRun(theirs, from, from + 64, hub.length), sketch));
    }
    assert.ok(decoder.differences().length <= decoder.symbols, `seed ${seed}`);
  }
});
