import type { Page } from 'playwright-core';
import type { Redis } from './redis.ts';
import type { TestWindow } from './stage.ts';

declare const window: TestWindow & Window;

/** A quote that tells when it was written. */
export function record(i: number): string[] {
  return ['SET', `quote:${i}`, JSON.stringify({ id: i, at: Date.now(), bid: Math.random(), ask: Math.random() })];
}

/** Writes quotes at random, until what is returned is called. */
export function startStorm(redis: Redis, keys: number, perSecond: number): () => Promise<{ written: number; millis: number }> {
  const begun = Date.now();
  let writing = true;
  let written = 0;
  const ended = (async () => {
    while (writing) {
      const due = Math.min(500, Math.floor(((Date.now() - begun) * perSecond) / 1000) - written);
      if (due > 0) {
        await redis.all(Array.from({ length: due }, () => record(Math.floor(Math.random() * keys))));
        written += due;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return async () => {
    writing = false;
    await ended;
    return { written, millis: Date.now() - begun };
  };
}

/** Notes ten times a second how old the oldest quote of `window.array` is. */
export async function watchStaleness(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.staleness = [] as number[];
    setInterval(() => {
      const now = Date.now();
      (window.staleness as number[]).push(window.array.items.reduce((most, { at }) => Math.max(most, now - (at as number)), 0));
    }, 100);
  });
}

export async function oldestWhile(page: Page, what: () => Promise<void>): Promise<number> {
  await page.evaluate(() => (window.staleness as number[]).splice(0));
  await what();
  return Math.max(...(await page.evaluate(() => window.staleness as number[])));
}
