import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { QuotesWriter } from './quotes-writer.ts';
import { LIMIT_MILLIS, Stage, test as limited, until } from './stage.ts';

const QUOTES = 0;
const OTHER = 1;

// Where pictures go, and how long the hub is watched before they are taken.
const PICTURES = process.env.REPLICATOR_PICTURES ?? 'target/pictures';
const SECONDS = Number(process.env.REPLICATOR_PICTURE_SECONDS ?? '3');

let stage: Stage;
let quotes: QuotesWriter;

function test(name: string, run: () => Promise<void>): void {
  limited(name, run, 1000 * SECONDS);
}

before(async () => {
  stage = await Stage.started();
  const redis = await stage.redis(QUOTES);
  await redis.run('FLUSHALL');
  quotes = new QuotesWriter(redis, 1000);
  await quotes.load();
  const other = await stage.redis(OTHER);
  await other.all([
    ['HSET', 'user:1001', 'name', 'Ada', 'city', 'Oslo', 'seen', '2026-11-25'],
    ['HSET', 'user:1002', 'name', 'Grace', 'city', 'Lima'],
    ['RPUSH', 'jobs', 'resize 17', 'mail 4', 'resize 18'],
    ['SADD', 'tags', 'new', 'sale', 'winter'],
    ['ZADD', 'players', '812.5', 'ada', '790', 'grace', '3', 'linus'],
    ['XADD', 'events', '1-1', 'event', 'created', 'by', 'ada'],
    ['SET', 'session:9f2c', 'logged in', 'EX', '1740'],
    ['SET', Uint8Array.of(0x69, 0x64, 0x3a, 0xff, 0x01), Uint8Array.of(0x80, 0, 0x41)],
    ['SET', 'config', '{"theme":"dark","limits":{"keys":5000}}'],
  ]);
  mkdirSync(PICTURES, { recursive: true });
  quotes.start(2000);
});

after(async () => {
  await quotes.stop();
  await stage.close();
});

async function open(path: string, options: Parameters<Stage['browser']['newContext']>[0] = {}, port = stage.hub.port): Promise<Page> {
  const page = await (await stage.browser.newContext({ viewport: { width: 1240, height: 1000 }, ...options })).newPage();
  page.setDefaultTimeout(LIMIT_MILLIS);
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
  await page.goto(`http://127.0.0.1:${port}/${path}`);
  (page as Page & { failures?: string[] }).failures = failures;
  return page;
}

/** Nothing went wrong on it, no policy was broken, nothing was asked of another place. */
async function closeClean(page: Page): Promise<void> {
  const hosts = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).host));
  assert.deepEqual([...new Set(hosts)].filter((host) => host !== new URL(page.url()).host), []);
  assert.deepEqual((page as Page & { failures?: string[] }).failures, []);
  await page.context().close();
}

test('the example shows 1,000 quotes that move, in the order that is chosen', async () => {
  const page = await open('example/quotes.html');
  await page.waitForFunction(() => document.querySelectorAll('#quotes tr').length === 1000);
  const first = () => page.evaluate(() => document.querySelector('#quotes')!.textContent);
  const before = await first();
  await until('quotes move', first, (now) => now !== before);
  await page.selectOption('#sort', '-change');
  const inOrder = () =>
    page.evaluate(() => {
      const changes = [...document.querySelectorAll('#quotes tr')].map((row) => parseFloat(row.children[2].textContent!));
      return changes.length === 1000 && changes.every((change, i) => i === 0 || changes[i - 1] >= change);
    });
  await until('rows are in order of change', inOrder, Boolean);
  await page.selectOption('#sort', 'symbol');
  await page.waitForFunction(() => document.querySelectorAll('#quotes tr').length === 1000);
  await until('the rate is shown', () => page.textContent('#status'), (text) => /1,000 live, [\d,]{3,} changes\/s/.test(text ?? ''));
  await page.screenshot({ path: join(PICTURES, 'quotes-light.png'), clip: { x: 200, y: 0, width: 840, height: 560 } });
  await page.setViewportSize({ width: 400, height: 700 });
  await page.screenshot({ path: join(PICTURES, 'quotes-narrow.png') });
  await closeClean(page);
});

test('the example with jQuery shows them, too', async () => {
  const page = await open('example/quotes-jquery.html', { colorScheme: 'dark' });
  await page.waitForFunction(() => document.querySelectorAll('#quotes tr').length === 1000);
  const first = () => page.evaluate(() => document.querySelector('#quotes')!.textContent);
  const before = await first();
  await until('quotes move', first, (now) => now !== before);
  const symbols = await page.evaluate(() => [...document.querySelectorAll('#quotes tr')].map((row) => row.children[0].textContent));
  assert.deepEqual(symbols, [...symbols].sort());
  await page.screenshot({ path: join(PICTURES, 'quotes-dark.png') });
  await closeClean(page);
});

test('the page of a hub shows what it does, and keys as they change', async () => {
  const example = await open('example/quotes.html');
  const far = await stage.proxy();
  const slow = await open('example/quotes.html?client=on+a+slow+link', {}, far.port);
  await slow.waitForFunction(() => document.querySelectorAll('#quotes tr').length === 1000);
  far.throttle(8 * 1024);
  const page = await open('');
  await until('figures are there', () => page.textContent('#figures'), (text) => /[1-9][\d,]*\/s/.test(text ?? ''));
  await until('clients', () => page.textContent('#clients'), (text) => /quotes example/.test(text ?? '') && /hub page/.test(text ?? ''));
  assert.match((await page.textContent('#databases'))!, /10|connected|127\.0\.0\.1/);
  await page.waitForFunction((points) => (document.querySelector('#chart path.raw')?.getAttribute('d')?.split('L').length ?? 0) > points, SECONDS, {
    timeout: LIMIT_MILLIS + 1000 * SECONDS,
  });

  // with nothing but the keyboard
  await page.keyboard.press('/');
  await page.keyboard.type('quote:A*');
  await until('keys match', () => page.textContent('#keys-said'), (text) => /400 keys match/.test(text ?? ''));
  const values = () => page.textContent('#key-table');
  const before = await values();
  await until('values move', values, (now) => now !== before);
  await page.focus('#key-table tbody tr');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await until('the next key', () => page.textContent('#key-value'), (text) => /quote:AAB/.test(text ?? ''));
  await page.screenshot({ path: join(PICTURES, 'page-light.png'), fullPage: true });
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('#key-value'), false);

  await page.selectOption('#key-database', String(OTHER));
  await page.fill('#key-pattern', '*');
  await until('all types are shown', () => page.textContent('#key-table'), (text) => ['hash', 'list', 'set', 'zset', 'stream', 'string', 'id:\\xff\\x01'].every((type) => text?.includes(type)));
  await page.click('#key-table tr[data-key="players"]');
  await until('its members', () => page.textContent('#key-value'), (text) => /"member": "ada"/.test(text ?? ''));

  await page.focus('#chart svg');
  await page.keyboard.press('ArrowLeft');
  assert.match((await page.textContent('#chart .tip'))!, /on the wire/);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: join(PICTURES, 'page-dark.png'), fullPage: true });
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 400, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: join(PICTURES, 'page-narrow.png'), fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: join(PICTURES, 'page-narrow-dark.png'), fullPage: true });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wider, 0, 'nothing stands beyond a narrow screen');
  await closeClean(page);
  await closeClean(example);
  await closeClean(slow);
});

test('where there are access rules the page asks for a token and keeps it for the tab', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replicator-page-'));
  writeFileSync(join(folder, 'token'), 'the token of an operator\n');
  writeFileSync(
    join(folder, 'hub.yaml'),
    `access:\n  - name: operator\n    token-file: ${join(folder, 'token')}\n    databases: [${OTHER}]\n    status: true\n`,
  );
  const hub = await stage.anotherHub([`--databases=${OTHER}`, `--plaindb=${OTHER}`, `--config=${join(folder, 'hub.yaml')}`]);
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`${hub.url}/`);
  await page.waitForSelector('#sign-in:not([hidden])');
  assert.equal(await page.textContent('#key-table tbody'), '');
  await page.fill('#token', 'not the token of anybody');
  await page.keyboard.press('Enter');
  await until('it is refused', () => page.textContent('#sign-in-said'), (text) => (text ?? '').length > 5);
  await page.fill('#token', 'the token of an operator');
  await page.keyboard.press('Enter');
  await until('keys are shown', () => page.textContent('#key-table'), (text) => text?.includes('user:1001') ?? false);
  assert.equal(await page.isVisible('#sign-in'), false);
  await page.reload();
  await until('keys are shown again', () => page.textContent('#key-table'), (text) => text?.includes('user:1001') ?? false);
  await page.context().close();
});
