import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import type { ClientChange } from '../src/mod.ts';
import { status } from './live.ts';
import { LIMIT_MILLIS, Stage, test, until, type Replicator, type TestWindow } from './stage.ts';

// Each test has a database of its own.
const [KEPT, OPEN, REFUSED, ELSEWHERE] = [11, 12, 13, 14];
const ALL = [KEPT, OPEN, REFUSED, ELSEWHERE].join();

declare const window: TestWindow & Window;
let stage: Stage;

before(async () => {
  stage = await Stage.started([`--databases=${ALL}`, `--plaindb=${ALL}`, '--web-origins=*']);
});

after(() => stage.close());

/** Opens `window.live`, and counts in `window.heard` what its listener hears. */
async function open(page: Page, database: number, keep: boolean, hub?: string): Promise<void> {
  await page.evaluate(
    ([number, kept, url]) => {
      const selection = window.replicator.connect(url).database(number);
      window.live = (kept ? selection.keep() : selection).map();
      window.heard = 0;
      window.live.onChange((_: ClientChange) => {
        window.heard = (window.heard as number) + 1;
      });
      return window.live.ready;
    },
    [database, keep, hub] as const,
  );
}

/** What is shown, a line for each key. */
function lines(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const line = ([key, value]: [string, { type: string; plain(): unknown }]) =>
      [key, value.type, JSON.stringify(value.plain()), window.live.expiresAtMillis(key)].join(' ');
    return [...window.live].map(line).sort();
  });
}

async function counters(): Promise<Record<string, number>> {
  const response = await fetch(`${stage.hub.url}/v1/status`);
  return ((await response.json()) as { counters: Record<string, number> }).counters;
}

/** As one that has nothing sees it. */
async function asLoadedAnew(database: number): Promise<string[]> {
  const page = await stage.page();
  await open(page, database, false);
  const seen = await lines(page);
  await page.context().close();
  return seen;
}

const quote = (i: number, price = Math.random()) => ['SET', `quote:${i}`, JSON.stringify({ symbol: `S${i}`, bid: price, ask: Math.random() })];

test('a page loaded again after the hub was restarted gets what differs, and nothing is loaded again', async (context) => {
  const redis = await stage.redis(KEPT);
  await redis.all(Array.from({ length: 20_000 }, (_, i) => quote(i)));
  await redis.all([
    ['HSET', 'hash', 'f', 'v', 'g', 'w'],
    ['SET', Uint8Array.of(0xff, 1), Uint8Array.of(0x80, 0)],
    ['ZADD', 'zset', 1.5, 'm', '-inf', 'n'],
    ['XADD', 'stream', '1-1', 'f', 'v'],
    ['RPUSH', 'list', 'a', 'b'],
    ['SADD', 'set', 'a', 'b'],
    ['SET', 'expires', '1', 'EX', 100_000],
  ]);
  const proxy = await stage.proxy();
  const page = await stage.page(proxy.port);
  const before = proxy.bytesDown;
  await open(page, KEPT, true);
  await page.evaluate(() => window.live.flushed());
  const load = proxy.bytesDown - before;
  await page.goto('about:blank');
  await stage.hub.kill();
  await redis.all(Array.from({ length: 300 }, (_, i) => quote(i * 61, 5000 + i)));
  await redis.all(Array.from({ length: 100 }, (_, i) => ['DEL', `quote:${i * 61 + 1}`]));
  await redis.all(Array.from({ length: 100 }, (_, i) => quote(30_000 + i)));
  await stage.hub.start();

  await stage.load(page, proxy.port);
  const begun = proxy.bytesDown;
  const asked = Date.now();
  await open(page, KEPT, true);
  const took = Date.now() - asked;
  const now = await status(page);
  const resync = proxy.bytesDown - begun;
  context.diagnostic(`20,007 keys, 500 differ after a restart: ${resync} bytes and ${took} ms; everything was ${load} bytes`);
  assert.equal(now.reason, '', 'nothing is loaded anew');
  assert.ok(now.sessions > 1 || now.differences === 500, `${now.differences} differences`);
  assert.ok(now.sessions > 1 || now.loadedKeys < 420, `${now.loadedKeys} keys came`);
  assert.equal(await page.evaluate(() => window.heard), 20_007 + now.loadedKeys + 100, 'listeners hear of what differs only');
  const { snapshots, reconciles_done } = await counters();
  assert.equal(snapshots, 0);
  assert.ok(reconciles_done > 0);
  assert.ok(resync < load / 5, `${resync} bytes, everything was ${load}`);
  await redis.run('SET', 'quote:7', 'live');
  await until('changes flow', () => page.evaluate(() => window.live.text('quote:7')), (text) => text === 'live');
  assert.deepEqual(await lines(page), await asLoadedAnew(KEPT));
  await page.evaluate(() => window.live.flushed());

  // what is kept is the same, and its cursor counts again
  await stage.load(page, proxy.port);
  await open(page, KEPT, true);
  const again = await status(page);
  assert.deepEqual([again.reason, again.differences, again.loadedKeys < 10], ['', undefined, true]);
  assert.equal((await lines(page)).length, 20_007);
  await page.context().close();
});

test('a page that stays open while the hub is restarted gets what differs, from a module as well', async () => {
  const redis = await stage.redis(OPEN);
  await redis.all(Array.from({ length: 5000 }, (_, i) => quote(i)));
  const page = await stage.page();
  await page.evaluate(async () => {
    window.replicator = (await import(new URL('/replicator.mjs', location.href).href)) as Replicator;
  });
  await open(page, OPEN, false);
  const { loadedKeys } = await status(page);
  await stage.hub.kill();
  await redis.all(Array.from({ length: 20 }, (_, i) => quote(i * 7, 9000)));
  await redis.all(Array.from({ length: 10 }, (_, i) => ['DEL', `quote:${i * 7 + 1}`]));
  await stage.hub.start();
  await until('it has been compared', () => status(page), ({ differences, state }) => differences !== undefined && state === 'live');
  assert.ok((await status(page)).loadedKeys - loadedKeys < 100);
  assert.deepEqual(await lines(page), await asLoadedAnew(OPEN));
  await page.context().close();
});

test('where the second file is refused everything is loaded over what is there, and that is said once', async () => {
  const redis = await stage.redis(REFUSED);
  await redis.all(Array.from({ length: 1000 }, (_, i) => quote(i)));
  const page = await stage.page();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.route('**/replicator-reconcile.mjs', (route) => route.fulfill({ status: 404 }));
  await open(page, REFUSED, false);
  for (const time of [1, 2]) {
    await stage.hub.kill();
    await redis.run('DEL', `quote:${time}`);
    await redis.all([quote(5, 6000 + time)]);
    await stage.hub.start();
    await until('it is as at the source', () => lines(page), (seen) => seen.length === 1000 - time && seen.some((line) => line.includes(String(6000 + time))));
    await until('live', () => status(page), ({ state }) => state === 'live');
    assert.equal((await status(page)).differences, undefined);
  }
  assert.equal(said.filter((text) => text.includes('could not be loaded')).length, 1, said.join('\n'));
  await page.context().close();
});

test('a page of another place whose policy wants a nonce loads the second file, too', async () => {
  const redis = await stage.redis(ELSEWHERE);
  await redis.all(Array.from({ length: 1000 }, (_, i) => quote(i)));
  const { url } = stage.hub;
  const policy = `default-src 'none'; script-src 'nonce-abc'; connect-src ${url} ${url.replace('http', 'ws')}`;
  const place = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policy });
    response.end(`<!doctype html><script nonce="abc" src="${url}/replicator.js"></script>`);
  });
  await new Promise<void>((resolve) => place.listen(0, '127.0.0.1', resolve));
  try {
    const page = await (await stage.browser.newContext()).newPage();
    page.setDefaultTimeout(LIMIT_MILLIS);
    await page.goto(`http://127.0.0.1:${(place.address() as AddressInfo).port}/`);
    await open(page, ELSEWHERE, false, url);
    await stage.hub.kill();
    await redis.all([quote(5, 7000)]);
    await stage.hub.start();
    await until('it has been compared', () => status(page), ({ differences, state }) => differences !== undefined && state === 'live');
    assert.match(String(await page.evaluate(() => window.live.text('quote:5'))), /7000/);
    await page.context().close();
  } finally {
    place.close();
  }
});
