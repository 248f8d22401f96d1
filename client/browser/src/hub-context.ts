import type { supportedCodecs } from './codec/compression.ts';
import type { LoadReconcile } from './receiver/feed-runs.ts';
import type { Loop, Transport } from './receiver/transport.ts';
import type { EntryStore } from './replica/entry-store.ts';
import type { Surroundings } from './replica/surroundings.ts';

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
