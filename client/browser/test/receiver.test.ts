import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toText } from '../src/codec/text.ts';
import type { LiveMap } from '../src/replica/live-map.ts';
import { cursor, part, put, readFields, remove, Rig, settled, text, type TestConnection } from './rig.ts';

function texts(map: LiveMap): Record<string, string> {
  return Object.fromEntries([...map].map(([key, value]) => [key, String(value.plain())]));
}

/** Everything is here: an empty snapshot came, and what the test gives. */
async function live(rig: Rig, map: LiveMap, ...loaded: Parameters<typeof put>[]): Promise<TestConnection> {
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', {
    readVersion: 10,
    snapshotBegin: true,
    cursor: cursor('l0', 'b0'),
  });
  hub.batch('BACKFILL', {
    readVersion: 10,
    snapshotEnd: true,
    cursor: cursor(undefined, ''),
    changes: loaded.map((one) => put(...one)),
  });
  await settled();
  await map.ready;
  return hub;
}

test('says Hello with what was selected', async () => {
  const rig = new Rig();
  rig.hub({ token: 'secret', clientId: 'page', windowBytes: 65536 }).database('5').match('quote:*', 'fx:*').exclude('*:tmp').level('low').map();
  const hub = await rig.opened();
  const hello = hub.of(1)[0];
  assert.equal(hello.get(1)![0], 1);
  assert.equal(text(hello.get(2)![0]), 'page');
  assert.equal(text(hello.get(3)![0]), 'secret');
  assert.equal(hello.get(6)![0], 65536);
  const feed = readFields(hello.get(5)![0] as Uint8Array);
  assert.equal(feed.get(2)![0], 5);
  assert.deepEqual(feed.get(4)!.map(text), ['quote:*', 'fx:*']);
  assert.deepEqual(feed.get(5)!.map(text), ['*:tmp']);
  assert.equal(feed.get(6)![0], 3);
});

test('loads a snapshot, follows changes and acknowledges what it applied (P23, P60)', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map, ['a', 3, '1'], ['b', 4, '2']);
  assert.equal(map.status.state, 'live');
  hub.batch('LIVE', { readVersion: 12, cursor: cursor('l1'), changes: [put('a', 11, 'new'), remove('b', 12)] });
  await settled();
  assert.deepEqual(texts(map), { a: 'new' });
  assert.deepEqual(hub.acknowledged(), [1, 2, 3]);
  assert.equal(map.status.liveKeys, 2);
  assert.equal(map.status.loadedKeys, 2);
});

test('drops what the backfill brings older than the live lane brought (I3, P32, P33)', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', { readVersion: 10, snapshotBegin: true, cursor: cursor('l0', 'b0') });
  hub.batch('LIVE', { readVersion: 15, cursor: cursor('l1'), changes: [put('a', 15, 'new'), remove('gone', 14)] });
  hub.batch('BACKFILL', {
    readVersion: 12,
    cursor: cursor(undefined, 'b1'),
    changes: [put('a', 3, 'old'), put('gone', 5, 'old'), put('c', 6, '6')],
  });
  await settled();
  assert.deepEqual(texts(map), { a: 'new', c: '6' });
  assert.equal(map.status.droppedKeys, 2);
  hub.batch('BACKFILL', { readVersion: 16, cursor: cursor(undefined, 'b2'), changes: [] });
  hub.batch('BACKFILL', { readVersion: 16, cursor: cursor(undefined, 'b3'), changes: [put('gone', 13, 'again')] });
  await settled();
  assert.equal(map.text('gone'), 'again', 'versions up to 16 were forgotten');
});

test('shows a large value with its last part and not earlier (P35)', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map, ['big', 3, 'small']);
  const bytes = new TextEncoder().encode('Größe');
  hub.batch('LIVE', {
    readVersion: 20,
    changes: [part('big', 11, 0, false, bytes.slice(0, 3)), put('other', 12, 'x'), part('big', 11, 1, false, bytes.slice(3))],
  });
  await settled();
  assert.equal(map.text('big'), 'small');
  hub.batch('LIVE', { readVersion: 20, changes: [part('big', 11, 2, true, '!')] });
  await settled();
  assert.equal(map.text('big'), 'Größe!');
  hub.batch('LIVE', { readVersion: 30, changes: [part('big', 21, 0, false, 'new'), remove('big', 22), part('big', 21, 1, true, 'x')] });
  await settled();
  assert.equal(map.has('big'), false, 'a removal ends what was collected');
});

test('goes on from its cursor after a break, without a snapshot (I4, P20)', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const first = await live(rig, map, ['a', 3, '1']);
  first.batch('LIVE', { readVersion: 12, cursor: cursor('l1'), changes: [put('b', 11, '2')] });
  await settled();
  const states: string[] = [];
  map.onStatus(({ state }) => states.at(-1) === state || states.push(state));
  first.listener.onClosed('gone');
  assert.equal(map.status.state, 'waiting');
  assert.equal(map.status.stale, true);
  await rig.loop.advance(300);
  const second = await rig.opened();
  const feed = readFields(second.of(1)[0].get(5)![0] as Uint8Array);
  const sent = readFields(feed.get(7)![0] as Uint8Array);
  assert.equal(text(sent.get(1)![0]), 'l1');
  assert.equal((sent.get(2)![0] as Uint8Array).length, 0);
  second.welcome();
  second.batch('LIVE', { readVersion: 14, cursor: cursor('l2'), changes: [put('c', 13, '3')] });
  await settled();
  assert.deepEqual(texts(map), { a: '1', b: '2', c: '3' });
  assert.deepEqual(states, ['live', 'waiting', 'connecting', 'loading', 'live']);
});

test('removes what a new snapshot did not bring and the hub does not have (P23, P75)', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const first = await live(rig, map, ['a', 3, '1'], ['gone', 4, '2'], ['owed', 5, '3']);
  first.listener.onClosed('gone');
  await rig.loop.advance(300);
  const second = await rig.opened();
  second.welcome({ snapshot: true, epoch: 2 });
  second.batch('BACKFILL', { epoch: 2, readVersion: 1, snapshotBegin: true, cursor: cursor('l0', 'b0') });
  second.batch('BACKFILL', { epoch: 2, readVersion: 1, changes: [put('a', 1, 'anew')], cursor: cursor(undefined, ''), snapshotEnd: true });
  await settled();
  assert.deepEqual(texts(map), { a: 'anew', gone: '2', owed: '3' }, 'nothing goes before the hub was asked');
  assert.equal(map.status.state, 'loading');
  const query = second.of(8)[0];
  assert.deepEqual(query.get(3)!.map(text), ['gone', 'owed']);
  const removals: string[] = [];
  map.onChange(({ kind, key }) => kind === 'remove' && removals.push(key));
  second.send(9, (out) => out.number(1, query.get(2)![0] as number).field(2, Uint8Array.of(2)));
  await settled();
  assert.deepEqual(texts(map), { a: 'anew', owed: '3' });
  assert.deepEqual(removals, ['gone']);
  assert.equal(map.status.state, 'live');
});

test('owes the leftovers to the next session if the hub goes before it answers', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const first = await live(rig, map, ['gone', 4, '2']);
  first.listener.onClosed('gone');
  await rig.loop.advance(300);
  const second = await rig.opened();
  second.welcome({ snapshot: true });
  second.batch('BACKFILL', { snapshotBegin: true, cursor: cursor('l0', 'b0') });
  second.batch('BACKFILL', { cursor: cursor('l0', ''), snapshotEnd: true });
  await settled();
  second.listener.onClosed('gone');
  await rig.loop.advance(1000);
  const third = await rig.opened();
  third.welcome();
  await settled();
  third.send(9, (out) => out.number(1, third.of(8)[0].get(2)![0] as number));
  await settled();
  assert.equal(map.size, 0);
  assert.equal(map.status.state, 'live');
});

test('a key with an expiry leaves at its time, by the clock of the hub', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const now = rig.loop.unixMillis();
  const hub = await live(rig, map, ['soon', 3, '1', now + 5000], ['later', 4, '2', now + 60_000], ['over', 5, '3', now - 1]);
  const removals: string[] = [];
  map.onChange(({ kind, key }) => kind === 'remove' && removals.push(key));
  assert.deepEqual(Object.keys(texts(map)), ['soon', 'later']);
  hub.batch('LIVE', { readVersion: 12, changes: [put('soon', 11, 'longer', now + 8000)] });
  await settled();
  await rig.loop.advance(6000);
  assert.deepEqual(Object.keys(texts(map)), ['soon', 'later']);
  hub.listener.onClosed('gone'); // also while the hub cannot be reached
  await rig.loop.advance(2001);
  assert.deepEqual(Object.keys(texts(map)), ['later']);
  assert.deepEqual(removals, ['soon']);
});

test('expiries follow the keys there are, however often they are written', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map);
  const now = rig.loop.unixMillis();
  for (let i = 0; i < 100; i++) {
    const changes = Array.from({ length: 100 }, (_, k) => put(`k${k}`, 20 + i, 'x', now + 100_000 + i));
    hub.batch('LIVE', { readVersion: 11, changes }, 60_000);
    await settled();
  }
  const { expiries } = (map as unknown as { entries: { expiries: { size: number } } }).entries;
  assert.ok(expiries.size < 2000, `${expiries.size} entries for 100 keys`);
  await rig.loop.advance(100_000);
  assert.equal(map.size, 99 + 1);
  await rig.loop.advance(100);
  assert.equal(map.size, 0);
});

test('bytes of batches that wait are not acknowledged, those of a batch that arrives are (P61)', async () => {
  const rig = new Rig();
  const map = rig.hub({ windowBytes: 16384 }).database(5).map();
  const hub = await live(rig, map);
  const before = hub.acknowledgedBytes();
  rig.loop.isHidden = true;
  hub.batch('LIVE', { readVersion: 12, changes: [put('a', 11, 'x'.repeat(5000))] });
  hub.batch('LIVE', { readVersion: 14, changes: [put('b', 13, 'x'.repeat(5000))] });
  await settled();
  assert.equal(map.size, 0, 'a hidden page takes batches once a second');
  const partial = hub.acknowledgedBytes() - before;
  assert.ok(partial < 5100, `${partial} bytes told, though one whole batch at least waits`);
  await rig.loop.advance(1000);
  assert.equal(map.size, 2);
  assert.deepEqual(hub.acknowledged(), [1, 2, 3, 4]);
  assert.ok(hub.acknowledgedBytes() - before > 10_000);
});

test('a large batch is acknowledged while it arrives, so that a small window does not stop it', async () => {
  const rig = new Rig();
  const map = rig.hub({ windowBytes: 16384 }).database(5).map();
  const hub = await live(rig, map);
  const value = 'x'.repeat(100_000);
  const number = hub.batch('LIVE', { readVersion: 12, changes: [put('a', 11, value)] });
  assert.equal(hub.of(4).some((ack) => (ack.get(2)![0] as number) > 50_000), false, 'acks leave at the turn’s end');
  await settled();
  assert.ok(hub.acknowledged().includes(number));
  assert.equal(map.text('a'), value);
});

test('gives the thread back while a large batch is applied, and applies all of it', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map);
  const nowMillis = rig.loop.nowMillis.bind(rig.loop);
  let ticks = 0;
  rig.loop.nowMillis = () => nowMillis() + ticks++; // each look at the clock costs a millisecond
  hub.batch('LIVE', { readVersion: 11, changes: Array.from({ length: 5000 }, (_, i) => put(`k${i}`, 12, 'v')) }, 60_000);
  await settled();
  assert.equal(map.size, 5000);
  assert.ok(rig.loop.breaths > 3, `${rig.loop.breaths} breaths`);
});

test('a hub that sends what it may not is told so, and left (P5)', async () => {
  const bad: [string, number, (hub: TestConnection) => void][] = [
    ['checksum', 11, (hub) => hub.bytes('LIVE', Uint8Array.of(16, 1), [1, 1])],
    ['no batch', 13, (hub) => hub.batch('LIVE', { epoch: 9, changes: [put('a', 1, 'x')] })],
    ['order', 14, (hub) => hub.send(3, (out) => out.number(1, 1).number(3, 9).number(4, 1).field(5, Uint8Array.of(1)))],
    ['feed', 15, (hub) => hub.send(3, (out) => out.number(1, 7).number(3, 9))],
    ['frame', 2, (hub) => hub.listener.onFrame(Uint8Array.of(0xff, 0xff))],
    ['second Welcome', 2, (hub) => hub.welcome()],
    ['size', 12, (hub) => hub.send(3, (out) => out.number(1, 1).number(3, 9).message(6, (h) => h.number(1, 1).number(2, 2 ** 30)))],
    ['long frame', 3, (hub) => hub.listener.onFrame(new Uint8Array(256 * 1024 + 1))],
  ];
  for (const [what, code, send] of bad) {
    const rig = new Rig();
    const map = rig.hub().database(5).map();
    const hub = await live(rig, map, ['a', 3, '1']);
    send(hub);
    await settled();
    assert.equal(hub.of(7)[0]?.get(1)?.[0], code, what);
    assert.equal(hub.closed, true, what);
    assert.equal(map.text('a'), '1', what);
    assert.equal(map.status.state, 'waiting', what);
  }
});

test('answers pings, and leaves a hub that is silent for three intervals (P70, P71)', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map);
  hub.send(5, (out) => out.fixed64(1, [77, 0]));
  assert.equal(hub.of(6)[0].get(1)![0], 77);
  await rig.loop.advance(29_000);
  assert.equal(map.status.state, 'live');
  assert.ok(hub.of(5).length >= 2, 'it was pinged');
  await rig.loop.advance(1100);
  assert.equal(map.status.state, 'waiting');
  assert.match(map.status.message, /nothing heard from the hub for 30 s/);
});

test('asks a hub at once when the page wakes up, and leaves one that does not answer', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map);
  const pings = hub.of(5).length;
  rig.tell('shown');
  assert.equal(hub.of(5).length, pings + 1);
  await rig.loop.advance(5000);
  assert.equal(map.status.state, 'waiting');
  assert.match(map.status.message, /waking up/);
});

test('waits while the device is offline and comes back at once when it is not', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const hub = await live(rig, map);
  rig.tell('offline');
  hub.listener.onClosed('network');
  await rig.loop.advance(300);
  assert.equal(rig.connections.length, 1);
  assert.match(map.status.message, /offline/);
  rig.tell('online');
  await settled();
  assert.equal(rig.connections.length, 2);
});

test('waits longer from one failure to the next, and no longer than it was told', async () => {
  const rig = new Rig();
  rig.hub().database(5).map();
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    await settled();
    const begun = rig.loop.now;
    rig.connections.at(-1)!.listener.onClosed('refused');
    while (rig.connections.length < i + 2) {
      await rig.loop.advance(50);
    }
    waits.push(rig.loop.now - begun);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test('what only people can mend ends it with the code and its meaning', async () => {
  const rig = new Rig();
  const map = rig.hub({ token: 'wrong' }).database(5).map();
  const hub = await rig.opened();
  hub.error(6, 'client page may not read database 5');
  await assert.rejects(map.ready, (e: { code: string; meaning: string; message: string }) => {
    assert.equal(e.code, 'FORBIDDEN');
    assert.equal(e.meaning, 'this identity may not read what it asked for');
    assert.match(e.message, /may not read database 5/);
    return true;
  });
  assert.equal(map.status.state, 'failed');
  await rig.loop.advance(600_000);
  assert.equal(rig.connections.length, 1);
});

test('a token is asked for before each connection, so that it may be renewed', async () => {
  const rig = new Rig();
  let asked = 0;
  const map = rig.hub({ token: () => Promise.resolve(`token ${++asked}`) }).database(5).map();
  (await rig.opened()).error(5, 'token has expired');
  assert.equal(map.status.state, 'waiting');
  await rig.loop.advance(60_000);
  assert.equal(text((await rig.opened()).of(1)[0].get(3)![0]), 'token 2');
});

test('binary keys are text without loss', async () => {
  const rig = new Rig();
  const map = rig.hub().database(5).map();
  const key = toText(Uint8Array.of(0, 0xff, 0x80, 0x41));
  const hub = await live(rig, map, [key, 3, 'binary']);
  assert.equal(map.text(key), 'binary');
  hub.batch('LIVE', { readVersion: 12, changes: [remove(key, 11)] });
  await settled();
  assert.equal(map.size, 0);
});

test('an abort signal ends it', async () => {
  const rig = new Rig();
  const abort = new AbortController();
  const map = rig.hub({ signal: abort.signal }).database(5).map();
  const hub = await live(rig, map, ['a', 3, '1']);
  abort.abort('enough');
  assert.equal(hub.closed, true);
  assert.equal(map.status.state, 'closed');
  assert.equal(map.text('a'), '1', 'what is here stays readable');
  await rig.loop.advance(60_000);
  assert.equal(rig.connections.length, 1);
});
