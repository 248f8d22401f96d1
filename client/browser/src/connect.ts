import { BrowserLoop } from './browser/browser-loop.ts';
import { BrowserSurroundings } from './browser/browser-surroundings.ts';
import { BrowserTransport } from './browser/browser-transport.ts';
import { loadReconcile } from './browser/reconcile-module.ts';
import { IndexedDbStore } from './browser/indexed-db-store.ts';
import { supportedCodecs } from './codec/compression.ts';
import type { ConnectOptions, HubContext } from './hub-context.ts';
import { Selection } from './selection.ts';

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
