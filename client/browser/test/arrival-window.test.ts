import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalWindow } from '../src/receiver/arrival-window.ts';

const WINDOW = 64 * 1024;

/** A hub that fills its credit over a link of this rate, for so long. @returns bytes under way at the end */
function underWay(bytesPerSecond: number, rttMillis: number, seconds: number, window = new ArrivalWindow(WINDOW, 0), from = 0): number {
  let queued = 0;
  for (let now = from; now < from + seconds * 1000; now += 10) {
    const limit = window.limitBytes(rttMillis);
    queued = Math.max(queued, limit);
    const carried = Math.min(queued, (bytesPerSecond * 10) / 1000, (limit * 10) / rttMillis);
    window.arrived(carried, now);
    queued -= carried;
  }
  return window.limitBytes(rttMillis);
}

test('what is under way on a slow link is a round trip and a bit of it', () => {
  assert.equal(underWay(8 * 1024, 50, 4), 4096);
  const enough = underWay(32 * 1024, 100, 4);
  assert.ok(enough > 0.35 * 32 * 1024 && enough < 0.5 * 32 * 1024, `${enough} bytes`);
});

test('a fast link may use all of the window, and at once', () => {
  assert.equal(new ArrivalWindow(WINDOW, 0).limitBytes(undefined), WINDOW);
  assert.equal(underWay(10_000_000, 20, 2), WINDOW);
});

test('after a pause in which little changed it is as fast again within a second', () => {
  const window = new ArrivalWindow(WINDOW, 0);
  for (let now = 0; now < 60_000; now += 1000) {
    window.arrived(50, now);
  }
  assert.equal(window.limitBytes(100), 4096);
  assert.equal(underWay(1_000_000, 100, 1.5, window, 60_000), WINDOW);
});

test('a hub that is silent does not make the window small', () => {
  const window = new ArrivalWindow(WINDOW, 0);
  window.arrived(100_000, 100);
  window.arrived(100_000, 400);
  window.arrived(10, 100_000);
  assert.equal(window.limitBytes(100), WINDOW);
});
