import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientChange } from '../src/replica/client-change.ts';
import type { LiveMap } from '../src/replica/live-map.ts';
import { ModelRun } from './model-run.ts';
import { cursor, put, readFields, remove, Rig, settled, text, type TestConnection } from './rig.ts';

const numbered = (count: number, from = 0): [string, string][] =>
  Array.from({ length: count }, (_, i) => [`key:${from + i}`, `value ${from + i}`]);

interface Page {
  readonly rig: Rig;
  readonly map: LiveMap;
  readonly heard: ClientChange[];
}

/** A page that keeps what a hub of epoch 1 had. */
async function loaded(values: ReadonlyMap<string, string>): Promise<Page> {
  const rig = new Rig();
  const map = rig.hub().database(5).keep().map();
  const heard: ClientChange[] = [];
  const hub = await rig.opened();
  hub.welcome({ snapshot: true });
  hub.batch('BACKFILL', {
    snapshotBegin: true,
    snapshotEnd: true,
    readVersion: 90_000,
    cursor: cursor('l0', ''),
    changes: [...values].map(([key, value], i) => put(key, 50_000 + i, value)),
  });
  await map.ready;
  await settled();
  map.onChange((change) => heard.push(change));
  return { rig, map, heard };
}

/** The hub is another one now: the page comes, and a run begins. */
async function restarted({ rig }: Page, values: ReadonlyMap<string, string>, lie = 0): Promise<{ hub: TestConnection; run: ModelRun }> {
  rig.connections.at(-1)!.listener.onClosed('killed');
  await rig.loop.advance(20_000);
  const hub = await rig.opened();
  hub.welcome({ reconcile: true, epoch: 2 });
  const run = new ModelRun(hub, 1, 2, values, lie);
  run.begin();
  hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor('l1', 'compares') });
  run.cut();
  return { hub, run };
}

/** Answers until the page has said what it lacks, or that it is done. */
async function answered(run: ModelRun): Promise<void> {
  for (let i = 0; i < 200 && run.wanted === undefined && run.end === 0; i++) {
    await settled();
    run.step();
  }
  await settled();
}

/** Sends what is wanted, then says so; answers what is asked about strays. */
async function served(hub: TestConnection, run: ModelRun, values: ReadonlyMap<string, string>): Promise<void> {
  const changes = [...run.wanted!].map((key) => put(key, 5, values.get(key)!));
  hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor(undefined, 'compares'), changes });
  await settled();
  run.served();
  await settled();
  for (const query of hub.of(8)) {
    const keys = (query.get(3) ?? []).map(text);
    const bits = new Uint8Array(Math.ceil(keys.length / 8));
    keys.forEach((key, i) => values.has(key) && (bits[i >> 3] |= 1 << (i & 7)));
    hub.send(9, (out) => out.number(1, query.get(2)![0] as number).field(2, bits));
  }
  await settled();
  run.step();
}

const plain = (map: Iterable<readonly [string, { plain(): unknown }]>) => new Map([...map].map(([key, value]) => [key, value.plain()]));

test('of another epoch only what differs is sent, and nothing else is heard of (P100-P112)', async () => {
  const before = new Map(numbered(2000));
  const page = await loaded(before);
  const now = new Map(before);
  numbered(30).forEach(([key]) => now.set(key, 'changed'));
  numbered(10, 100).forEach(([key]) => now.delete(key));
  numbered(20, 5000).forEach(([key, value]) => now.set(key, value));
  const { hub, run } = await restarted(page, now);
  await answered(run);
  assert.equal(page.map.size, 2000, 'nothing is emptied first');
  assert.equal(run.wanted?.size, 50);
  await served(hub, run, now);
  assert.equal(run.end, 6, 'DONE');
  assert.deepEqual(plain(page.map), now);
  assert.equal(page.heard.length, 60);
  assert.equal(hub.of(8).flatMap((query) => query.get(3)!).length, 10, 'only strays are asked about');
  assert.ok(run.symbols <= 192, `${run.symbols} symbols`);
  assert.notEqual(page.map.status.state, 'live');
  hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor('l2', '') });
  await settled();
  assert.equal(page.map.status.state, 'live');
  assert.deepEqual([page.map.status.differences, page.map.status.reason], [60, '']);
  await page.map.flushed();
  const [store] = [...page.rig.stores.values()];
  assert.deepEqual(plain([...store.entries].map(([key, { value }]) => [key, value] as const)), now);
  assert.deepEqual([store.state!.comparing, text(store.state!.cursor.live)], [false, 'l2']);
  // versions of the new epoch count from here on, though they are smaller
  hub.batch('LIVE', { epoch: 2, readVersion: 12, cursor: cursor('l3'), changes: [put('key:1999', 11, 'live'), remove('key:1998', 12)] });
  await settled();
  assert.equal(page.map.text('key:1999'), 'live');
  assert.equal(page.map.has('key:1998'), false);
});

test('if nothing differs no symbol is asked for', async () => {
  const values = new Map(numbered(500));
  const page = await loaded(values);
  const { hub, run } = await restarted(page, values);
  await answered(run);
  assert.deepEqual([run.end, run.symbols, run.items], [6, 0, 0]);
  hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor('l2', '') });
  await settled();
  assert.deepEqual([page.map.status.state, page.map.status.differences, page.heard.length], ['live', 0, 0]);
});

test('what changes while it is compared is not taken back (I3)', async () => {
  const before = new Map(numbered(300));
  const page = await loaded(before);
  const now = new Map(before).set('key:1', 'at the cut').set('key:2', 'at the cut');
  now.delete('key:3');
  const { hub, run } = await restarted(page, now);
  await answered(run);
  hub.batch('LIVE', { epoch: 2, readVersion: 13, cursor: cursor('l2'), changes: [put('key:1', 12, 'newer'), put('key:3', 13, 'back')] });
  await served(hub, run, now);
  assert.equal(page.map.text('key:1'), 'newer', 'a batch that was read before comes later');
  assert.equal(page.map.text('key:2'), 'at the cut');
  assert.equal(page.map.text('key:3'), 'back', 'what a batch has brought is no stray');
});

test('where nearly half differs a list is asked for, and where nearly everything does all is loaded', async () => {
  const before = new Map(numbered(4000));
  const half = new Map([...before].map(([key, value], i) => [key, i % 2 === 0 ? 'changed' : value]));
  const page = await loaded(before);
  const { hub, run } = await restarted(page, half);
  await answered(run);
  assert.equal(run.items, 4000);
  await served(hub, run, half);
  assert.deepEqual(plain(page.map), half);

  const all = new Map([...before].map(([key]) => [key, 'changed']));
  const other = await loaded(before);
  const second = await restarted(other, all);
  await answered(second.run);
  assert.equal(second.run.end, 7, 'GIVE_UP');
  assert.match(second.run.endText, /differences of 4000/);
  second.hub.batch('BACKFILL', { epoch: 2, readVersion: 10, snapshotBegin: true, snapshotEnd: true, cursor: cursor('l', ''), changes: [...all].map(([key, value]) => put(key, 3, value)) });
  await settled();
  assert.deepEqual(plain(other.map), all);
  assert.match(other.map.status.reason, /differences of 4000/);
});

test('what is not proved goes once more, by lists', async () => {
  const before = new Map(numbered(400));
  const now = new Map(before).set('key:7', 'changed');
  const page = await loaded(before);
  const { hub, run } = await restarted(page, now, 1);
  await answered(run);
  run.step();
  assert.equal(run.end, 9, 'AGAIN');
  const again = new ModelRun(hub, 2, 2, now);
  again.begin();
  hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor('l2', 'compares') });
  again.cut();
  await answered(again);
  assert.deepEqual([again.symbols, again.items > 0, [...again.wanted!]], [0, true, ['key:7']]);
  await served(hub, again, now);
  assert.equal(again.end, 6);
  assert.deepEqual(plain(page.map), now);
});

test('without the part that compares everything is loaded, and said so once', async () => {
  const values = new Map(numbered(10));
  const page = await loaded(values);
  page.rig.reconcile = () => Promise.reject(new TypeError('refused by the policy'));
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (said: string) => warnings.push(said);
  try {
    for (const time of [1, 2]) {
      const { hub, run } = await restarted(page, values);
      await settled();
      run.step();
      assert.deepEqual([run.end, /refused by the policy/.test(run.endText)], [7, true]);
      hub.batch('BACKFILL', { epoch: 2, readVersion: 10, snapshotBegin: true, snapshotEnd: true, cursor: cursor('l', ''), changes: [put('key:1', 2, `load ${time}`)] });
      await settled();
      assert.match(page.map.status.reason, /refused by the policy/);
    }
  } finally {
    console.warn = warn;
  }
  assert.equal(warnings.length, 1);
  const holds = page.rig.connections.map((one) => readFields(one.of(1)[0].get(5)![0] as Uint8Array).get(10)?.[0] ?? 0);
  assert.deepEqual(holds, [1, 2, 0], 'nothing, data, and no more comparisons');
});

test('a comparison that is cut begins again, also after the page was loaded again, and not over HTTP', async () => {
  const before = new Map(numbered(100));
  const now = new Map(before).set('key:3', 'changed');
  const page = await loaded(before);
  const { run } = await restarted(page, now);
  await answered(run);
  await page.map.flushed();
  page.rig.connections.at(-1)!.listener.onClosed('cut');
  page.map.close();
  const again = page.rig.hub({ loadOverHttp: true }).database(5).keep().map();
  const hub = await page.rig.opened();
  assert.equal(page.rig.loads.length, 0);
  assert.equal(readFields(hub.of(1)[0].get(5)![0] as Uint8Array).get(10)![0], 2);
  hub.welcome({ reconcile: true, epoch: 2 });
  const second = new ModelRun(hub, 1, 2, now);
  second.begin();
  hub.batch('BACKFILL', { epoch: 2, readVersion: 11, cursor: cursor('l2', 'compares') });
  second.cut();
  await answered(second);
  await served(hub, second, now);
  hub.batch('BACKFILL', { epoch: 2, readVersion: 11, cursor: cursor('l3', '') });
  await again.ready;
  assert.deepEqual(plain(again), now);
});

test('a hidden page compares in the order in which batches and words about it came', async () => {
  const before = new Map(numbered(100));
  const now = new Map(before).set('key:3', 'changed');
  const page = await loaded(before);
  page.rig.loop.isHidden = true;
  const { hub, run } = await restarted(page, now);
  for (let i = 0; i < 10 && run.wanted === undefined; i++) {
    await page.rig.loop.advance(1000);
    run.step();
  }
  hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor(undefined, 'compares'), changes: [put('key:3', 5, 'changed')] });
  run.served();
  await page.rig.loop.advance(1000);
  run.step();
  assert.equal(run.end, 6);
  assert.deepEqual(plain(page.map), now);
});

test('a hub that says about a comparison what it may not is told so', async () => {
  const values = new Map(numbered(10));
  const wrong: [string, (hub: TestConnection) => void][] = [
    ['symbols that nobody asked for', (hub) => hub.send(13, (out) => out.number(1, 1).number(2, 1).field(3, new Uint8Array(14)))],
    ['a list that nobody asked for', (hub) => hub.send(15, (out) => out.number(1, 1).number(2, 1).number(5, 1))],
    ['SERVED before anything was wanted', (hub) => hub.send(16, (out) => out.number(1, 1).number(2, 1).number(3, 5))],
    ['a cut without a digest', (hub) => hub.send(16, (out) => out.number(1, 1).number(2, 1).number(3, 3).number(4, 7))],
    ['a salt of 3 bytes', (hub) => hub.send(11, (out) => out.number(1, 1).number(2, 1).field(5, new Uint8Array(3)))],
    ['a verification', (hub) => hub.send(11, (out) => out.number(1, 1).number(2, 1).number(3, 1).field(5, new Uint8Array(32)))],
  ];
  for (const [what, say] of wrong) {
    const page = await loaded(values);
    page.rig.connections.at(-1)!.listener.onClosed('killed');
    await page.rig.loop.advance(300);
    const hub = await page.rig.opened();
    hub.welcome({ reconcile: true, epoch: 2 });
    const run = new ModelRun(hub, 1, 2, values);
    run.begin();
    hub.batch('BACKFILL', { epoch: 2, readVersion: 10, cursor: cursor('l1', 'compares') });
    await settled();
    say(hub);
    await settled();
    assert.deepEqual(hub.of(7).map((error) => error.get(1)![0]), [2], what);
    assert.equal(page.map.size, 10, what);
  }
});
