import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireWriter } from '../src/codec/wire-writer.ts';
import { LoadRefused } from '../src/receiver/transport.ts';
import { encodeBatch, joined, type TestBatch } from './batch-encoder.ts';
import { cursor, put, readFields, remove, Rig, settled, text } from './rig.ts';

/** A body as a hub sends it, in chunks that respect nothing. */
async function* body(batches: readonly TestBatch[], chunkBytes: number, cutAt = Infinity): AsyncGenerator<Uint8Array> {
  const all = joined(
    batches.map((batch) => {
      const raw = encodeBatch(batch);
      return joined([new WireWriter().varint(raw.length).finish(), raw]);
    }),
  );
  for (let at = 0; at < all.length; at += chunkBytes) {
    if (at >= cutAt) {
      throw new TypeError('network error');
    }
    yield all.subarray(at, at + chunkBytes);
  }
}

const LOAD: TestBatch[] = [
  { readVersion: 10, snapshotBegin: true, cursor: cursor('l0', 'b0') },
  { readVersion: 10, cursor: cursor(undefined, 'b1'), changes: [put('a', 3, '1'), put('b', 4, '2')] },
  { readVersion: 10, cursor: cursor(undefined, ''), changes: [put('c', 5, '3')], snapshotEnd: true },
  { readVersion: 12, cursor: cursor('l1'), changes: [put('a', 11, 'new'), remove('b', 12)] },
];

test('loads over HTTP and goes on over the WebSocket from the cursor it ends with (P129, P130)', async () => {
  for (const chunkBytes of [1, 7, 100_000]) {
    const rig = new Rig();
    rig.onLoad = () => Promise.resolve({ body: body(LOAD, chunkBytes) });
    const map = rig.hub({ loadOverHttp: true, token: 't' }).database(5).match('x*').collection('quotes').map();
    const hub = await rig.opened();
    assert.deepEqual([...map.keys()], ['a', 'c'], `in chunks of ${chunkBytes}`);
    assert.equal(map.text('a'), 'new');
    const [request] = rig.loads;
    assert.deepEqual(
      [request.database, request.includes, request.collection, request.token, request.cursor],
      [5, ['x*'], 'quotes', 't', ''],
    );
    const sent = readFields(readFields(hub.of(1)[0].get(5)![0] as Uint8Array).get(7)![0] as Uint8Array);
    assert.equal(text(sent.get(1)![0]), 'l1');
    assert.equal((sent.get(2)![0] as Uint8Array).length, 0);
    hub.welcome();
    // nothing was here before the load, and nobody need be asked
    await settled();
    assert.equal(hub.of(8).length, 0);
    await map.ready;
    assert.equal(map.status.loadedKeys, 5);
  }
});

test('a load that is cut goes on where it was cut', async () => {
  const rig = new Rig();
  const length = (batches: TestBatch[]) => batches.reduce((sum, batch) => sum + encodeBatch(batch).length + 1, 0);
  rig.onLoad = () => Promise.resolve({ body: body(LOAD, 10, length(LOAD.slice(0, 2)) + 12) });
  const map = rig.hub({ loadOverHttp: true }).database(5).map();
  await settled();
  assert.equal(map.status.state, 'waiting');
  assert.deepEqual([...map.keys()], ['a', 'b']);
  rig.onLoad = () => Promise.resolve({ body: body(LOAD.slice(2), 10) });
  await rig.loop.advance(300);
  assert.equal(rig.loads[1].cursor, 'bDA.YjE'); // base64url of l0 and b1 (P127)
  (await rig.opened()).welcome();
  await map.ready;
  assert.deepEqual([...map.keys()], ['a', 'c']);
});

test('a cursor that the hub cannot resume begins a new load (410)', async () => {
  const rig = new Rig();
  rig.onLoad = (request) =>
    request.cursor !== ''
      ? Promise.reject(new LoadRefused(410, 'CURSOR', 'gone'))
      : Promise.resolve({ body: body(rig.loads.length === 1 ? LOAD.slice(0, 2) : LOAD, 1000, rig.loads.length === 1 ? 0 : undefined) });
  const map = rig.hub({ loadOverHttp: true }).database(5).map();
  await settled();
  rig.onLoad = (request) =>
    rig.loads.length === 2 && request.cursor === ''
      ? Promise.resolve({
          body: (async function* () {
            yield* body(LOAD.slice(0, 2), 1000);
            throw new TypeError('network error');
          })(),
        })
      : request.cursor !== ''
        ? Promise.reject(new LoadRefused(410, 'CURSOR', 'gone'))
        : Promise.resolve({ body: body(LOAD, 1000) });
  await rig.loop.advance(20_000);
  (await rig.opened()).welcome();
  await settled();
  assert.deepEqual(rig.loads.map((load) => load.cursor), ['', '', 'bDA.YjE', '']);
  assert.deepEqual([...map.keys()].sort(), ['a', 'c']);
});

test('a load in pieces goes on from the cursor of the manifest, and an older piece takes nothing back (P132, I3)', async () => {
  const rig = new Rig();
  rig.onManifest = () => ({ epoch: '1', cursor: 'bDE.', pieces: [{ url: '/p/1' }, { url: '/p/2' }] });
  const pieces: Record<string, TestBatch> = {
    '/p/1': { readVersion: 20, cursor: cursor('x', 'y'), changes: [put('a', 18, 'new'), put('b', 4, '2')] },
    '/p/2': { readVersion: 10, cursor: cursor('x', 'y'), changes: [put('a', 3, 'old'), put('c', 5, '3')] },
  };
  rig.onPiece = (url) => Promise.resolve({ body: body([pieces[url]], 7) });
  const map = rig.hub({ pieces: true, loadOverHttp: true }).database(5).map();
  const hub = await rig.opened();
  assert.deepEqual([...map].map(([key, value]) => `${key} ${String(value.plain())}`), ['a new', 'b 2', 'c 3']);
  assert.deepEqual(rig.pieces, ['/p/1', '/p/2']);
  const sent = readFields(readFields(hub.of(1)[0].get(5)![0] as Uint8Array).get(7)![0] as Uint8Array);
  assert.equal(text(sent.get(1)![0]), 'l1');
  hub.welcome();
  await map.ready;
});

test('a load in pieces that is cut begins again, three times, then the WebSocket brings everything', async () => {
  const rig = new Rig();
  rig.onManifest = () => ({ epoch: '1', cursor: 'bDE.', pieces: [{ url: '/p/1' }, { url: '/p/2' }] });
  rig.onPiece = (url) =>
    url === '/p/2'
      ? Promise.reject(new LoadRefused(410, 'CURSOR', 'of a history that is no more'))
      : Promise.resolve({ body: body([{ readVersion: 20, changes: [put('a', 18, 'new')] }], 100) });
  const map = rig.hub({ pieces: true, loadOverHttp: true }).database(5).map();
  await rig.loop.advance(10);
  assert.equal(rig.pieces.filter((url) => url === '/p/2').length, 3);
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { snapshotBegin: true, snapshotEnd: true, cursor: cursor('l', ''), changes: [put('a', 19, 'x')] });
  await map.ready;
  assert.equal(map.text('a'), 'x');
});

test('what stands between and knows no loads leaves it to the WebSocket', async () => {
  const rig = new Rig();
  rig.onLoad = () => Promise.reject(new LoadRefused(404, '', 'no such page'));
  const map = rig.hub({ loadOverHttp: true }).database(5).map();
  await rig.loop.advance(10);
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { snapshotBegin: true, snapshotEnd: true, cursor: cursor('l', ''), changes: [put('a', 1, 'x')] });
  await map.ready;
  assert.equal(map.text('a'), 'x');
});

test('a load that the hub forbids ends it with the code', async () => {
  const rig = new Rig();
  rig.onLoad = () => Promise.reject(new LoadRefused(403, 'FORBIDDEN', 'the hub says: not yours'));
  const map = rig.hub({ loadOverHttp: true }).database(5).map();
  await assert.rejects(map.ready, { code: 'FORBIDDEN', message: 'the hub says: not yours' });
  assert.equal(rig.connections.length, 0);
});

test('a load of something else is refused before it is believed', async () => {
  const bad: [string, () => AsyncIterable<Uint8Array>][] = [
    ['too large', () => (async function* () { yield Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f); })()],
    ['no length', () => (async function* () { yield Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff); })()],
    ['cut', () => (async function* () { yield Uint8Array.of(9, 1); })()],
    ['html', () => (async function* () { yield new TextEncoder().encode('<!doctype html><p>hello</p>'); })()],
  ];
  for (const [what, from] of bad) {
    const rig = new Rig();
    rig.onLoad = () => Promise.resolve({ body: from() });
    const map = rig.hub({ loadOverHttp: true }).database(5).map();
    await settled();
    assert.equal(map.status.state, 'waiting', what);
    assert.equal(map.size, 0, what);
  }
});

test('a page loaded again goes on from data and cursor of one moment (I4)', async () => {
  const rig = new Rig();
  const first = rig.hub().database(5).keep().map();
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { snapshotBegin: true, readVersion: 5, cursor: cursor('l0', 'b') });
  hub.batch('BACKFILL', { snapshotEnd: true, readVersion: 5, cursor: cursor(undefined, ''), changes: [put('a', 1, 'x'), put('b', 2, 'y', rig.loop.unixMillis() + 1000)] });
  hub.batch('LIVE', { readVersion: 7, cursor: cursor('l1'), changes: [put('c', 6, 'z'), remove('a', 7)] });
  await settled();
  await first.flushed();
  first.close();
  await rig.loop.advance(2000);

  const again = rig.hub().database(5).keep().map();
  const second = await rig.opened();
  assert.deepEqual([...again.keys()], ['c'], 'b’s time came meanwhile');
  const sent = readFields(readFields(second.of(1)[0].get(5)![0] as Uint8Array).get(7)![0] as Uint8Array);
  assert.equal(text(sent.get(1)![0]), 'l1');
  second.welcome();
  await again.ready;
  assert.equal(again.status.kept, 'yes');
  // another selection has a store of its own
  rig.hub().database(5).match('q*').keep().map();
  await settled();
  assert.equal(rig.stores.size, 2);
});

test('a slow store gets what changed merged, always data and cursor together', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).keep().map();
  const hub = await rig.opened();
  const [store] = [...rig.stores.values()];
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { snapshotBegin: true, snapshotEnd: true, readVersion: 5, cursor: cursor('l0', '') });
  await settled();
  const saves = store.saves;
  let open = () => {};
  store.gate = new Promise((resolve) => (open = resolve));
  for (let i = 0; i < 100; i++) {
    hub.batch('LIVE', { readVersion: 10 + i, cursor: cursor(`l${i}`), changes: [put('a', 10 + i, String(i)), i % 2 ? remove('b', 10 + i) : put('b', 10 + i, 'b')] });
  }
  await settled();
  assert.equal(map.text('a'), '99', 'the page does not wait for the store');
  open();
  await map.flushed();
  assert.ok(store.saves - saves <= 2, `${store.saves - saves} saves of 100 batches`);
  assert.equal(text(store.state!.cursor.live), 'l99');
  assert.deepEqual([...store.entries.keys()], ['a']);
});

test('a store that fails is said and dropped, and the page goes on', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).keep().map();
  const hub = await rig.opened();
  const [store] = [...rig.stores.values()];
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { snapshotBegin: true, snapshotEnd: true, cursor: cursor('l0', ''), changes: [put('a', 1, 'x')] });
  await settled();
  store.gate = Promise.reject(new Error('quota exceeded'));
  hub.batch('LIVE', { readVersion: 3, cursor: cursor('l1'), changes: [put('a', 2, 'y')] });
  await settled();
  assert.equal(map.text('a'), 'y');
  assert.match(map.status.kept, /quota exceeded/);
  assert.equal(store.state, undefined, 'half of it must not be taken up');
});

test('of two pages that keep the same the newer one writes, and the older one says so', async () => {
  const rig = new Rig();
  const older = rig.hub().database(5).keep().map();
  const one = await rig.opened();
  one.welcome({ snapshot: true });
  one.batch('BACKFILL', { snapshotBegin: true, snapshotEnd: true, readVersion: 5, cursor: cursor('l0', ''), changes: [put('a', 1, 'x')] });
  await settled();
  const newer = rig.hub().database(5).keep().map();
  const two = await rig.opened();
  two.welcome();
  two.batch('LIVE', { readVersion: 9, cursor: cursor('l9'), changes: [put('a', 9, 'newest')] });
  await settled();
  one.batch('LIVE', { readVersion: 7, cursor: cursor('l7'), changes: [put('a', 7, 'behind')] });
  await settled();
  two.batch('LIVE', { readVersion: 11, cursor: cursor('l11'), changes: [put('b', 11, 'y')] });
  await settled();
  const [store] = [...rig.stores.values()];
  assert.equal(text(store.state!.cursor.live), 'l11');
  assert.deepEqual([...store.entries].map(([key, { version }]) => `${key}@${version}`), ['a@9', 'b@11']);
  assert.equal(older.text('a'), 'behind');
  assert.match(older.status.kept, /another page/);
  assert.equal(newer.status.kept, 'yes');
});
