import { BrowserLoop } from './browser/browser-loop.ts';
import { BrowserSurroundings } from './browser/browser-surroundings.ts';
import { BrowserTransport } from './browser/browser-transport.ts';
import { loadReconcile } from './browser/reconcile-module.ts';
import { IndexedDbStore } from './browser/indexed-db-store.ts';
import { supportedCodecs } from './codec/compression.ts';
import type { LoadReconcile } from './receiver/feed-runs.ts';
import type { Loop, Transport } from './receiver/transport.ts';
import type { EntryStore } from './replica/entry-store.ts';
import type { Surroundings } from './replica/replica-core.ts';
import { Selection } from './selection.ts';

export interface ConnectOptions {
  /** Bearer token, or what gives one: it is asked before each connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** Stable name of this client, for status and logs at the hub. */
  readonly clientId?: string;
  /** Ends everything that was opened. */
  readonly signal?: AbortSignal;
  /** Whether initial loads come over HTTP, default true; if false all comes over the WebSocket. */
  readonly loadOverHttp?: boolean;
  /** Whether the first load comes in pieces that caches on the way may have, a CDN for example; default false. */
  readonly pieces?: boolean;
  /**
   * Most bytes that the hub sends ahead of what this page has taken in, default 64 KiB (16 on 2G): more is
   * faster over long ways, and older over slow ones.
   */
  readonly windowBytes?: number;
  /** Instead of the browser's own: for tests, workers and others. */
  readonly environment?: Partial<Environment>;
}

/** What carries frames, tells the time and keeps data. */
export interface Environment {
  readonly loop: Loop;
  readonly transport: Transport;
  readonly surroundings: Surroundings;
  readonly store: (name: string) => EntryStore;
  /** Brings the part of this client that compares what is here with what the hub has. */
  readonly reconcile: LoadReconcile;
}

/** Everything about a hub that its selections need. */
export interface HubContext {
  readonly url: string;
  readonly options: ConnectOptions;
  readonly environment: Environment;
  readonly clientId: string;
  readonly codecs: ReturnType<typeof supportedCodecs>;
}

/** A hub that can be asked for databases. Nothing is opened before something is selected. */
export class Hub {
  private readonly context: HubContext;

  constructor(url: string, options: ConnectOptions) {
    const given = options.environment;
    this.context = {
      url,
      options,
      environment: {
        loop: given?.loop ?? new BrowserLoop(),
        transport: given?.transport ?? new BrowserTransport(url),
        surroundings: given?.surroundings ?? new BrowserSurroundings(),
        store: given?.store ?? ((name) => new IndexedDbStore(name)),
        reconcile: given?.reconcile ?? loadReconcile,
      },
      clientId: options.clientId ?? `browser-${Math.random().toString(36).slice(2, 8)}`,
      codecs: supportedCodecs(),
    };
  }

  /** Everything in a database: narrow it, then open it. */
  database(database: number | string): Selection {
    const number = Number(database);
    if (!Number.isInteger(number) || number < 0 || String(database).trim() === '') {
      throw new TypeError(`database '${database}': a number from 0 on expected`);
    }
    return new Selection(this.context, number);
  }
}

/**
 * The hub at an address such as "https://hub.example.com"; none = where this page comes from.
 *
 *     const quotes = connect().database(5).match('quote:*').map();
 *     await quotes.ready;
 *     quotes.text('quote:IBM');
 */
export function connect(url?: string | ConnectOptions, options: ConnectOptions = {}): Hub {
  return typeof url === 'object' ? new Hub('/', url) : new Hub(url ?? '/', options);
}
