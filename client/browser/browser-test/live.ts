import type { Page } from 'playwright-core';
import type { LiveMap } from '../src/mod.ts';
import type { TestWindow } from './stage.ts';

declare const window: TestWindow & Window;

/** Opens `window.live` as a map. */
export async function openMap(page: Page, database: number, match = '*', keep = false): Promise<void> {
  await page.evaluate(
    ([number, glob, kept]) => {
      const selection = window.replicator.connect().database(number).match(glob);
      window.live = (kept ? selection.keep() : selection).map();
      return window.live.ready;
    },
    [database, match, keep] as const,
  );
}

/** Opens `window.array`. */
export async function openArray(page: Page, database: number): Promise<void> {
  await page.evaluate((number) => {
    window.array = window.replicator.connect().database(number).array();
    return window.array.ready;
  }, database);
}

export function texts(page: Page): Promise<Record<string, string | undefined>> {
  return page.evaluate(() => Object.fromEntries([...window.live.keys()].map((key) => [key, window.live.text(key)])));
}

export function status(page: Page): Promise<LiveMap['status']> {
  return page.evaluate(() => ({ ...window.live.status, error: undefined }));
}
