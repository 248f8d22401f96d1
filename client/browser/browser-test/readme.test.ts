import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { required } from './hub-process.ts';
import type { Redis } from './redis.ts';
import { LIMIT_MILLIS, Stage, test, until } from './stage.ts';

// README.md, followed by somebody who reads nothing else: in a new folder, what stands in it is typed in a
// shell or saved as a page and opened, as it stands. Only addresses are others, as ports here may be taken.
const README = readFileSync('README.md', 'utf8');
const SNIPPETS = [...README.matchAll(/<!-- run: (\w+) -->\n```\w+\n([\s\S]*?)```/g)].map(([, how, code]) => ({ how, code }));
const COMMANDS = [...README.matchAll(/\n\n((?: {4}\S.*\n)+)/g)].map(([, lines]) => lines.replaceAll(/^ {4}/gm, '').trim());
const folder = mkdtempSync(join(tmpdir(), 'replicator-readme-'));

/** Says to the Redis of this test what it is given, as the real one would to one at its usual port. */
const REDIS_CLI = `
import { connect } from 'node:net';
const [host, port] = process.env.REPLICATOR_REDIS.split(':');
const words = process.argv.slice(2).map((word) => '$' + Buffer.byteLength(word) + '\\r\\n' + word + '\\r\\n');
const socket = connect(Number(port), host, () => socket.write('*' + words.length + '\\r\\n' + words.join('')));
socket.on('data', (answer) => {
  socket.destroy();
  process.exitCode = answer[0] === 45 ? 1 : 0;
});
`;

let stage: Stage;
let redis: Redis;

before(async () => {
  mkdirSync(join(folder, 'bin'));
  script('replicator', `exec ${required('REPLICATOR_COMMAND').split('\n').map(quoted).join(' ')} "$@"`);
  script('bin/redis-cli', `exec ${quoted(process.execPath)} ${quoted(join(folder, 'redis-cli.mjs'))} "$@"`);
  writeFileSync(join(folder, 'redis-cli.mjs'), REDIS_CLI);
  const [start] = COMMANDS;
  assert.match(start, /^\.\/replicator hub .*--redis=127\.0\.0\.1:6379 .*--web=127\.0\.0\.1:8080/);
  stage = await Stage.ofLine(start.replaceAll('127.0.0.1:6379', required('REPLICATOR_REDIS')).replaceAll('127.0.0.1:8080', 'WEB'), folder);
  redis = await stage.redis(0);
  await redis.run('FLUSHALL');
});

after(() => stage.close());

test('everything in it is of a kind that is run here', async () => {
  assert.deepEqual(SNIPPETS.map(({ how }) => how), ['page', 'begin', 'module', 'module', 'module', 'module', 'jquery', 'module', 'module']);
  assert.equal(README.match(/^```\w/gm)?.length, SNIPPETS.length, 'a snippet without a mark');
  assert.deepEqual(COMMANDS.map((lines) => lines.split(' ')[0]), ['./replicator', 'redis-cli'], 'commands in a paragraph of their own');
});

test('the live table in five minutes: the page from a file, and what redis-cli puts in', async () => {
  const page = await opened('quotes.html', snippet('page'));
  const rows = rowsOf(page);
  assert.equal(await rows(), '');
  typed(COMMANDS[1]);
  await until('both quotes', rows, (text) => text === 'IBM131.2,SAP99');
  await page.context().close();
});

test('the page of the hub shows who is connected, as it says', async () => {
  const table = await opened('quotes.html', snippet('page'));
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`${stage.hub.url}/`);
  await until('the client is there', () => page.textContent('#clients'), (text) => /127\.0\.0\.1:\d+/.test(text ?? ''));
  await until('its keys are there', () => page.textContent('#key-table'), (text) => text?.includes('quote:IBM') ?? false);
  await page.context().close();
  await table.context().close();
});

test('the table is live from another origin, too', async () => {
  const server = createHttpServer((_, response) => response.setHeader('Content-Type', 'text/html').end(addressed(snippet('page'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const rows = rowsOf(page);
  await until('both quotes', rows, (text) => text === 'IBM131.2,SAP99');
  await redis.run('SET', 'quote:SAP', '{"symbol":"SAP","price":100}');
  await redis.run('SET', 'quote:DB', '{"symbol":"DB","price":12}');
  await until('all three', rows, (text) => text === 'DB12,IBM131.2,SAP100');
  await redis.run('DEL', 'quote:DB');
  await until('two again', rows, (text) => text === 'IBM131.2,SAP100');
  await page.context().close();
  server.close();
});

test('the modules do what they say', async () => {
  const said = await Promise.all(snippets('module').map((code, i) => ran(`module-${i}.html`, code)));
  assert.match(said[0], /quote:IBM string \{"symbol":"IBM","price":131.2\}/);
  assert.match(said[1], /places 2 items/);
  assert.match(said[2], /quote:IBM is \{.*\} and was undefined/);
  assert.match(said[3], /quote:\w+ \{"symbol"/);
});

test('the page with jQuery does what it says', async () => {
  const page = await opened('jquery.html', snippet('jquery'));
  await until('it is fed', () => page.textContent('#quotes'), (text) => text === '2 quotes');
  assert.equal(await page.evaluate(`$('#quotes').replicator('items').length`), 2);
  await page.evaluate(`$('#quotes').replicator('close')`);
  await page.context().close();
});

function snippets(how: string): string[] {
  return SNIPPETS.filter((one) => one.how === how).map(({ code }) => code);
}

function snippet(how: string): string {
  return snippets(how)[0];
}

function addressed(text: string): string {
  return text.replaceAll('127.0.0.1:8080', `127.0.0.1:${stage.hub.port}`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function script(name: string, line: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** In a shell that stands in the new folder. */
function typed(lines: string): void {
  const path = join(folder, 'bin') + delimiter + process.env.PATH;
  execFileSync('sh', ['-e', '-c', lines], { cwd: folder, env: { ...process.env, PATH: path }, timeout: LIMIT_MILLIS });
}

/** Saved and opened from the disk. Whatever goes wrong on it fails the test. */
async function opened(name: string, html: string): Promise<Page> {
  const file = join(folder, name);
  writeFileSync(file, addressed(html));
  const page = await (await stage.browser.newContext()).newPage();
  page.on('pageerror', (error) => assert.fail(`${name}: ${error.message}`));
  await page.goto(pathToFileURL(file).href);
  return page;
}

/** Runs a snippet in a module behind what README.md says a module begins with. @returns what it logs */
async function ran(name: string, code: string): Promise<string> {
  const lines: string[] = [];
  const page = await opened(name, '<!doctype html>');
  page.on('console', (message) => lines.push(message.text()));
  const ended = '\nglobalThis.ended = true;\n';
  writeFileSync(join(folder, name), addressed(`<!doctype html><meta charset="utf-8"><script type="module">${snippet('begin')}${code}${ended}</script>`));
  await page.reload();
  let price = 99;
  const moved = async () => {
    await redis.run('SET', 'quote:SAP', `{"symbol":"SAP","price":${price++}}`); // some wait for a change
    return page.evaluate(() => (globalThis as unknown as { ended?: boolean }).ended);
  };
  await until(`${name} is through: ${lines.join()}`, moved, (through) => through === true);
  await page.context().close();
  return lines.join('\n');
}

function rowsOf(page: Page): () => Promise<string> {
  return () => page.evaluate(() => [...document.querySelectorAll('tr')].map((row) => row.textContent).join());
}
