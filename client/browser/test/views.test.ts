import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StringValue } from '../src/codec/value.ts';
import { SortedItems, type Splice } from '../src/replica/sorted-items.ts';
import { cursor, put, remove, Rig, settled, type TestConnection } from './rig.ts';

async function loaded(rig: Rig, ...changes: Parameters<typeof put>[]): Promise<TestConnection> {
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { readVersion: 10, snapshotBegin: true, cursor: cursor('l', 'b') });
  hub.batch('BACKFILL', {
    readVersion: 10,
    snapshotEnd: true,
    cursor: cursor(undefined, ''),
    changes: changes.map((one) => put(...one)),
  });
  await settled();
  return hub;
}

/** What a page that follows splices has. */
function follow<T>(copy: T[], splices: readonly Splice<T>[]): void {
  for (const { index, removed, added } of splices) {
    assert.deepEqual(copy.splice(index, removed.length, ...added), removed);
  }
}

test('an array in order is what sorting gives, after every update, and its splices lead there', () => {
  const seed = Date.now();
  let state = seed >>> 0 || 1;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  interface Item {
    key: string;
    n: number;
  }
  const target: Item[] = [];
  const copy: Item[] = [];
  const model = new Map<string, Item>();
  const sorted = new SortedItems<Item>(target, (a, b) => a.n - b.n);
  for (let round = 0; round < 400; round++) {
    const changes = new Map<string, Item | undefined>();
    for (let i = [1, 5, 200][random(3)]; i > 0; i--) {
      const key = `k${random(300)}`;
      changes.set(key, random(4) === 0 ? undefined : { key, n: random(50) });
    }
    follow(copy, sorted.update(changes));
    changes.forEach((item, key) => (item === undefined ? model.delete(key) : model.set(key, item)));
    const expected = [...model.values()].sort((a, b) => a.n - b.n || (a.key < b.key ? -1 : 1));
    assert.deepEqual(target, expected, `seed ${seed} round ${round}`);
    assert.deepEqual(copy, expected, `seed ${seed} round ${round}`);
  }
});

test('a change that keeps its place is one splice of one item', async () => {
  const rig = new Rig();
  const array = rig.hub().database(5).array({ sort: '-price', key: 'symbol' });
  const hub = await loaded(rig, ['a', 1, '{"price":3}'], ['b', 2, '{"price":2}'], ['c', 3, '{"price":1}']);
  assert.deepEqual(array.items, [
    { price: 3, symbol: 'a' },
    { price: 2, symbol: 'b' },
    { price: 1, symbol: 'c' },
  ]);
  const splices: Splice<Record<string, unknown>>[] = [];
  array.onSplice((some) => splices.push(...some));
  hub.batch('LIVE', { readVersion: 12, changes: [put('b', 11, '{"price":2.5}')] });
  await settled();
  assert.deepEqual(splices, [{ index: 1, removed: [{ price: 2, symbol: 'b' }], added: [{ price: 2.5, symbol: 'b' }] }]);
  hub.batch('LIVE', { readVersion: 14, changes: [put('c', 13, '{"price":9}'), remove('a', 14)] });
  await settled();
  assert.deepEqual(array.items.map(({ symbol }) => symbol), ['c', 'b']);
});

test('an array keeps an array of the page, leaves out what it is told to, and is in key order without another', async () => {
  const rig = new Rig();
  const mine: number[] = [7];
  const array = rig
    .hub()
    .database(5)
    .array({ into: mine, item: (_, value) => (value instanceof StringValue && value.text !== 'no' ? Number(value.text) : undefined) });
  const hub = await loaded(rig, ['b', 1, '2'], ['a', 2, '1'], ['c', 3, 'no']);
  assert.equal(array.items, mine);
  assert.deepEqual(mine, [1, 2]);
  hub.batch('LIVE', { readVersion: 12, changes: [put('a', 11, 'no'), put('c', 12, '3')] });
  await settled();
  assert.deepEqual(mine, [2, 3]);
});

test('values that are no JSON objects become items with a value', async () => {
  const rig = new Rig();
  const array = rig.hub().database(5).array();
  await loaded(rig, ['a', 1, 'text'], ['b', 2, '{no json'], ['c', 3, '[1]']);
  assert.deepEqual(array.items, [
    { key: 'a', value: 'text' },
    { key: 'b', value: '{no json' },
    { key: 'c', value: '[1]' },
  ]);
});

test('a callback hears of every change from the first, with what was there before', async () => {
  const rig = new Rig();
  const heard: unknown[] = [];
  rig
    .hub()
    .database(5)
    .onChange(({ kind, key, value, previous, version, database }) =>
      heard.push([kind, database, key, value?.plain(), previous?.plain(), version]),
    );
  const hub = await loaded(rig, ['a', 1, 'x']);
  hub.batch('LIVE', { readVersion: 12, changes: [put('a', 11, 'y'), remove('a', 12), remove('b', 12)] });
  await settled();
  assert.deepEqual(heard, [
    ['put', 5, 'a', 'x', undefined, 1],
    ['put', 5, 'a', 'y', 'x', 11],
    ['remove', 5, 'a', undefined, 'y', 12],
  ]);
});

test('a callback that throws is reported and harms nobody else', async () => {
  const rig = new Rig();
  const reported: unknown[] = [];
  const { reportError } = globalThis as { reportError?: unknown };
  (globalThis as { reportError?: unknown }).reportError = (e: unknown) => reported.push(e);
  try {
    const subscription = rig.hub().database(5).onChange(() => {
      throw new Error('mine');
    });
    const heard: string[] = [];
    subscription.onChange(({ key }) => heard.push(key));
    await loaded(rig, ['a', 1, 'x']);
    assert.deepEqual(heard, ['a']);
    assert.match(String(reported[0]), /mine/);
    assert.equal(subscription.status.state, 'live');
  } finally {
    (globalThis as { reportError?: unknown }).reportError = reportError;
  }
});

test('a slow reader of the stream gets the newest change of each key and then the end', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const stream = map[Symbol.asyncIterator]();
  const hub = await loaded(rig, ['a', 1, '1'], ['b', 2, '1']);
  for (let i = 0; i < 50; i++) {
    hub.batch('LIVE', { readVersion: 20 + i, changes: [put('a', 20 + i, String(i))] });
  }
  await settled();
  assert.deepEqual(
    [(await stream.next()).value, (await stream.next()).value].map((change) => [change?.key, change?.value?.plain()]),
    [
      ['b', '1'],
      ['a', '49'],
    ],
  );
  const waiting = stream.next();
  map.close();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  for await (const change of map.changes()) {
    assert.fail(`a closed map has no changes: ${change.key}`);
  }
});

test('leaving the loop ends the stream and not the map', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await loaded(rig, ['a', 1, '1']);
  const reading = (async () => {
    for await (const { key } of map.changes()) {
      return key;
    }
    return undefined;
  })();
  hub.batch('LIVE', { readVersion: 12, changes: [put('b', 11, '1')] });
  await settled();
  assert.equal(await reading, 'b');
  assert.equal(map.status.state, 'live');
});

test('what cannot be selected is refused with what was expected', () => {
  const hub = new Rig().hub();
  assert.throws(() => hub.database('x'), /database 'x': a number from 0 on expected/);
  assert.throws(() => hub.database(-1), /database '-1'/);
  assert.throws(() => hub.database(''), /a number/);
  assert.throws(() => hub.database(0).level('fast' as 'low'), /realtime, high, low or idle/);
  assert.throws(() => hub.database(0).match(...Array.from({ length: 257 }, String)), /at most 256/);
  assert.throws(() => hub.database(0).keep(''), /a name expected/);
});
