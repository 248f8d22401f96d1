import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import type { Page } from 'playwright-core';
import type { Redis } from './redis.ts';
import { Stage, until } from './stage.ts';

// The snippets of README.md are run as they stand, each with a mark that says how.
const README = readFileSync('README.md', 'utf8');
const SNIPPETS = [...README.matchAll(/<!-- run: (\w+) -->\n```\w+\n([\s\S]*?)```/g)].map(([, how, code]) => ({ how, code }));

/** What the README starts a hub with, besides databases and addresses. */
const OPTIONS = [...(/\.\/replicator hub (.*)/.exec(README)?.[1] ?? '').matchAll(/(--web-origins)='?([^' ]+)/g)].map(([, name, value]) => `${name}=${value}`);

let stage: Stage;
let redis: Redis;
let hubUrl: string;

function test(name: string, run: () => Promise<void>): void {
  void nodeTest(name, { timeout: 60_000 }, run);
}

before(async () => {
  stage = await Stage.started(OPTIONS);
  hubUrl = stage.hub.url;
  redis = await stage.redis(0);
  await redis.run('FLUSHALL');
  await redis.run('SET', 'quote:IBM', '{"symbol":"IBM","price":131.2}');
  await redis.run('SET', 'quote:SAP', '{"symbol":"SAP","price":99}');
});

after(() => stage.close());

test('every snippet is of a kind that is run here', async () => {
  assert.deepEqual(SNIPPETS.map(({ how }) => how), ['page', 'module', 'module', 'module', 'module', 'jquery', 'module', 'module']);
  assert.equal(README.match(/```(js|html)/g)?.length, SNIPPETS.length, 'a snippet without a mark');
});

test('the table of the first page is live, from a file', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'replicator-readme-')), 'quotes.html');
  writeFileSync(file, snippets('page')[0].replaceAll('http://127.0.0.1:8080', hubUrl));
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`file://${file}`);
  const rows = () => page.evaluate(() => [...document.querySelectorAll('tr')].map((row) => row.textContent).join());
  await until('both quotes', rows, (text) => text === 'IBM131.2,SAP99');
  await page.context().close();
});

test('the table of the first page is live, from another origin', async () => {
  const html = snippets('page')[0].replaceAll('http://127.0.0.1:8080', hubUrl);
  const server = createHttpServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const rows = () => page.evaluate(() => [...document.querySelectorAll('tr')].map((row) => row.textContent).join());
  await until('both quotes', rows, (text) => text === 'IBM131.2,SAP99');
  await redis.run('SET', 'quote:SAP', '{"symbol":"SAP","price":100}');
  await redis.run('SET', 'quote:DB', '{"symbol":"DB","price":12}');
  await until('all three', rows, (text) => text === 'DB12,IBM131.2,SAP100');
  await redis.run('DEL', 'quote:DB');
  await until('two again', rows, (text) => text === 'IBM131.2,SAP100');
  await page.context().close();
  server.close();
});

test('the module snippets do what they say', async () => {
  const page = await stage.page();
  for (const [i, code] of snippets('module').entries()) {
    await logged(page, code, i === 3);
  }
  assert.match((await logged(page, snippets('module')[0])).join('\n'), /quote:IBM string \{"symbol":"IBM","price":131.2\}/);
  assert.match((await logged(page, snippets('module')[1])).join('\n'), /places 2 items/);
  assert.match((await logged(page, snippets('module')[2])).join('\n'), /quote:IBM is \{.*\} and was undefined/);
  await page.context().close();
});

test('the jQuery snippet does what it says', async () => {
  const page = await stage.page();
  await page.addScriptTag({ url: '/example/jquery.min.js' });
  await page.addScriptTag({ url: '/replicator-jquery.js' });
  const [listen, use] = snippets('jquery')[0].split('\n\n');
  await page.evaluate(`window.lines = []; document.body.innerHTML = '<table id="quotes"></table>'; const hub = ${JSON.stringify(hubUrl)}; const console = { log: (...words) => window.lines.push(words.join(' ')) }; (() => { ${listen} })()`);
  await until('jQuery heard of the quotes', () => page.evaluate(() => (window as unknown as { lines: string[] }).lines), (lines) => lines.includes('2 quotes') && lines.includes('live') && lines.includes('put quote:IBM'));
  assert.equal(await page.evaluate(`$('#quotes').replicator('items').length`), 2);
  await page.evaluate(`(() => { ${use} })()`);
  await page.context().close();
});

function snippets(how: string): string[] {
  return SNIPPETS.filter((snippet) => snippet.how === how).map(({ code }) => code);
}

/** Runs a snippet as a module would be; what it logs. */
async function logged(page: Page, code: string, changing = false): Promise<string[]> {
  const lines: string[] = [];
  const keep = (message: { text(): string }) => lines.push(message.text());
  page.on('console', keep);
  const running = page.evaluate(`(async () => { const { connect } = replicator; const hub = ${JSON.stringify(hubUrl)}; ${code} })()`);
  const mover = changing ? setInterval(() => void redis.run('SET', 'quote:SAP', `{"symbol":"SAP","price":${Math.random()}}`), 50) : undefined;
  await running;
  clearInterval(mover);
  page.off('console', keep);
  return lines;
}

