import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { LiveMap } from '../src/replica/live-map.ts';
import { ModelHub } from './model-hub.ts';
import { Rig, settled } from './rig.ts';

const SEEDS = Number(process.env.REPLICATOR_SEEDS ?? '30');
const STEPS = 150;
const KEYS = Array.from({ length: 23 }, (_, i) => `k${i}`);

// REPLICATOR_SEED replays one.
const first = Number(process.env.REPLICATOR_SEED ?? Date.now() % 1_000_000);

for (let seed = first; seed < first + (process.env.REPLICATOR_SEED === undefined ? SEEDS : 1); seed++) {
  test(`converges and never goes back after cuts, reloads and new epochs (I1 I3 I4), seed ${seed}`, () => run(seed));
}

async function run(seed: number): Promise<void> {
  let state = seed + 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  const rig = new Rig();
  const hub = new ModelHub(KEYS);
  hub.compares = seed % 4 !== 0;
  hub.lie = random(5) === 0 ? 1 : 0;
  if (random(6) === 0) {
    rig.reconcile = () => Promise.reject(new TypeError('blocked'));
  }
  let connected = 0;
  let page = open(rig, hub);
  const serve = async () => {
    await settled();
    if (rig.connections.length > connected) {
      connected = rig.connections.length;
      hub.accept(rig.connections[connected - 1].open());
    }
  };
  const cut = () => rig.connections.at(-1)?.listener.onClosed('cut');

  for (let step = 0; step < STEPS; step++) {
    await serve();
    const what = random(100);
    const key = KEYS[random(KEYS.length)];
    if (what < 35) {
      hub.change(key, random(4) === 0 ? undefined : `${key}@${step}`);
    } else if (what < 60) {
      hub.read(random(2) === 0 ? 'LIVE' : 'BACKFILL');
    } else if (what < 82) {
      hub.send(random(2));
    } else if (what < 88) {
      hub.answer();
    } else if (what < 93) {
      cut();
      await rig.loop.advance(16_000);
    } else if (what < 95) {
      hub.restart();
      cut();
      await rig.loop.advance(16_000);
    } else if (what < 97) {
      // loaded again, at any moment of the writing
      page.map.close();
      page = open(rig, hub);
    } else {
      rig.loop.isHidden = !rig.loop.isHidden;
      await rig.loop.advance(1000);
    }
  }

  rig.loop.isHidden = false;
  for (let i = 0; i < 200 && (i < 3 || !hub.idle || page.map.status.state !== 'live'); i++) {
    await rig.loop.advance(2000);
    await serve();
    hub.read('LIVE');
    hub.read('BACKFILL');
    hub.send(0);
    hub.send(0);
    await settled();
    hub.answer();
  }
  const expected = Object.fromEntries([...hub.rows].filter(([, { value }]) => value !== undefined).map(([key, { value }]) => [key, value]));
  const found = Object.fromEntries([...page.map].map(([key, value]) => [key, value.plain()]));
  assert.deepEqual(found, sorted(expected, found), `seed ${seed}`);
  assert.equal(page.map.status.state, 'live', `seed ${seed}: ${page.map.status.message}`);
  assert.deepEqual(page.wentBack, [], `seed ${seed}`);
  await page.map.flushed();
  const [store] = [...rig.stores.values()];
  const kept = Object.fromEntries([...store.entries].map(([key, { value }]) => [key, value.plain()]));
  assert.deepEqual(kept, sorted(expected, kept), `seed ${seed}: what is kept`);
  compared += hub.runs;
}

let compared = 0;
after(() => assert.ok(process.env.REPLICATOR_SEED !== undefined || compared > 0, 'nothing was compared'));

/** deepEqual of objects does not look at order; this only makes its message readable. */
function sorted(all: Record<string, unknown>, like: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...Object.keys(like), ...Object.keys(all)].filter((key) => key in all).map((key) => [key, all[key]]));
}

/** A page that keeps its data, and what it was told that is older than what it had. */
function open(rig: Rig, hub: ModelHub): { map: LiveMap; wentBack: string[] } {
  const map = rig.hub().database(5).keep().map();
  const wentBack: string[] = [];
  const seen = new Map<string, number>();
  let epoch = hub.epoch;
  map.onChange(({ key, version, kind }) => {
    if (epoch !== hub.epoch) {
      epoch = hub.epoch;
      seen.clear();
    }
    if (version !== 0 && version < (seen.get(key) ?? 0)) {
      wentBack.push(`${kind} ${key} @${version} after @${seen.get(key)}`);
    }
    seen.set(key, version);
  });
  return { map, wentBack };
}
