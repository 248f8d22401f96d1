import { test as nodeTest, type TestContext } from 'node:test';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type * as replicator from '../src/mod.ts';
import { HubProcess, required } from './hub-process.ts';
import { LinkProxy } from './link-proxy.ts';
import { Redis } from './redis.ts';

export type Replicator = typeof replicator;

/** What tests leave on the page's window. */
export interface TestWindow {
  replicator: Replicator;
  live: replicator.LiveMap;
  array: replicator.LiveArray;
  [name: string]: unknown;
}

/** Conditions come or do not come; how long they take depends on what else the machine does. */
export const LIMIT_MILLIS = 90_000;

const TEST_MILLIS = 2 * LIMIT_MILLIS;

/** One that is not waited for for ever. */
export function test(name: string, run: (context: TestContext) => Promise<void>, moreMillis = 0): void {
  void nodeTest(name, { timeout: TEST_MILLIS + moreMillis }, run);
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--enable-precise-memory-info',
];

/** A real Redis, a real hub, a real browser. */
export class Stage {
  private readonly proxies: LinkProxy[] = [];
  private readonly hubs: HubProcess[] = [];
  private readonly connections: Redis[] = [];

  private constructor(
    readonly browser: Browser,
    readonly hub: HubProcess,
  ) {}

  /** @param options of the hub, besides those every test has */
  static async started(options: string[] = []): Promise<Stage> {
    return Stage.with(HubProcess.started(['--databases=0,1,2,3,4,5,6,7,8,9,10', '--plaindb=0,1,2,3,4,5,6,7,8,9,10', ...options]));
  }

  private static async with(hub: Promise<HubProcess>): Promise<Stage> {
    const executablePath = process.env.REPLICATOR_CHROMIUM ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
    try {
      return new Stage(browser, await hub);
    } catch (e) {
      await browser.close(); // or nothing would ever end
      throw e;
    }
  }

  /** A hub that a person starts in a shell, see `HubProcess.ofLine`. */
  static async ofLine(line: string, folder: string): Promise<Stage> {
    return Stage.with(HubProcess.ofLine(line, folder));
  }

  async anotherHub(options: string[]): Promise<HubProcess> {
    const hub = await HubProcess.started(options);
    this.hubs.push(hub);
    return hub;
  }

  async redis(database: number): Promise<Redis> {
    const redis = await Redis.at(required('REPLICATOR_REDIS'), database);
    this.connections.push(redis);
    return redis;
  }

  async proxy(hub = this.hub): Promise<LinkProxy> {
    const proxy = await LinkProxy.to(hub.port);
    this.proxies.push(proxy);
    return proxy;
  }

  /** A page with nothing but the script, from this port. */
  async page(port = this.hub.port, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await this.browser.newContext())).newPage();
    page.setDefaultTimeout(LIMIT_MILLIS);
    page.on('pageerror', (error) => console.error(`page: ${error.stack ?? error.message}`));
    await this.load(page, port);
    return page;
  }

  /** Loads it (again): a text of the hub, so that the page comes from where the hub is. */
  async load(page: Page, port = this.hub.port): Promise<void> {
    await page.goto(`http://127.0.0.1:${port}/example/quotes.css`);
    await page.addScriptTag({ url: '/replicator.js' });
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.connections.forEach((connection) => connection.close());
    this.proxies.forEach((proxy) => proxy.close());
    await Promise.all([this.hub, ...this.hubs].map((hub) => hub.kill()));
  }
}

/** Waits for a condition; says what was last seen when it does not come. */
export async function until<T>(what: string, look: () => Promise<T>, holds: (seen: T) => boolean, millis = LIMIT_MILLIS): Promise<T> {
  const end = Date.now() + millis;
  for (;;) {
    const seen = await look();
    if (holds(seen)) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`${what} is not so after ${millis / 1000} s, last seen: ${JSON.stringify(seen)?.slice(0, 2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
