import { xxh3 } from './codec/xxh3.ts';
import { hex64 } from './codec/batch-decoder.ts';
import type { Level } from './codec/frame.ts';
import type { HubContext } from './hub-context.ts';
import type { ClientChange } from './replica/client-change.ts';
import { Entries } from './replica/entries.ts';
import { LiveArray, type ArrayOptions } from './replica/live-array.ts';
import { LiveMap } from './replica/live-map.ts';
import { ReplicaCore } from './replica/replica-core.ts';
import type { ReplicaSettings } from './replica/replica-settings.ts';
import { Subscription } from './replica/subscription.ts';

/** Urgency: a less urgent one than the hub's can be asked for. */
export type QosLevel = Exclude<Level, 'unspecified'>;

/** What is under way is what grows old: on 64 KiB/s this is a second, with 100 ms round trip 5 Mbit/s. */
const DEFAULT_WINDOW_BYTES = 64 * 1024;

/** The least that a hub takes; where the browser says that its network is a slow one. */
const SLOW_WINDOW_BYTES = 16 * 1024;
const MAX_BATCH_BYTES = 4 << 20;
const HANDSHAKE_TIMEOUT_MILLIS = 20_000;
const MAX_PATTERNS = 256;

/** What is asked for. */
interface Wanted {
  readonly collection: string;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly level: Level;
  /** Name under which data and cursor are kept, "" = they are not. */
  readonly keep: string;
  readonly signal: AbortSignal | undefined;
}

const EVERYTHING: Wanted = {
  collection: '',
  includes: [],
  excludes: [],
  level: 'unspecified',
  keep: '',
  signal: undefined,
};

/**
 * Which keys of a database are wanted, and how. Each method gives a new selection; `map`, `array`,
 * `onChange` and `open` open it.
 */
export class Selection {
  constructor(
    private readonly hub: HubContext,
    private readonly database: number,
    private readonly wanted: Wanted = EVERYTHING,
  ) {}

  /** Only keys that match one of these Redis globs; also those of before. */
  match(...globs: string[]): Selection {
    return this.with({ includes: limited('match', [...this.wanted.includes, ...globs]) });
  }

  /** But none that match one of these. */
  exclude(...globs: string[]): Selection {
    return this.with({ excludes: limited('exclude', [...this.wanted.excludes, ...globs]) });
  }

  /** Only the hub's collection of this name. */
  collection(name: string): Selection {
    return this.with({ collection: name });
  }

  /** A less urgent level than the hub's. */
  level(level: QosLevel): Selection {
    if (!['realtime', 'high', 'low', 'idle'].includes(level)) {
      throw new TypeError(`level '${level}': realtime, high, low or idle expected`);
    }
    return this.with({ level });
  }

  /** Keeps data and cursor in this browser, so that a page loaded again goes on from there. */
  keep(name = 'default'): Selection {
    if (name === '') {
      throw new TypeError("keep(''): a name expected");
    }
    return this.with({ keep: name });
  }

  /** Ends what is opened when the signal is given. */
  signal(signal: AbortSignal): Selection {
    return this.with({ signal });
  }

  /** Opens it as a live map. */
  map(): LiveMap {
    return this.opened((core, entries, signal) => new LiveMap(core, entries, signal));
  }

  /** Opens it as a live array in order. */
  array<T = Record<string, unknown>>(options: ArrayOptions<T> = {}): LiveArray<T> {
    return this.opened((core, entries, signal) => new LiveArray<T>(core, entries, options, signal));
  }

  /** Opens it and hears of every change, from the first. */
  onChange(listener: (change: ClientChange) => void): Subscription {
    const subscription = this.open();
    subscription.onChange(listener);
    return subscription;
  }

  /** Opens it without a view of its own. */
  open(): Subscription {
    return this.opened((core, entries, signal) => new Subscription(core, entries, signal));
  }

  private with(more: Partial<Wanted>): Selection {
    return new Selection(this.hub, this.database, { ...this.wanted, ...more });
  }

  /** The view listens before anything comes. */
  private opened<S>(view: (core: ReplicaCore, entries: Entries, signal?: AbortSignal) => S): S {
    const { loop, transport, surroundings, store, reconcile } = this.hub.environment;
    const entries = new Entries(this.database, loop);
    const kept = this.wanted.keep === '' ? undefined : store(this.storeName());
    const core = new ReplicaCore(loop, transport, surroundings, this.settings(), entries, kept, reconcile);
    const opened = view(core, entries, this.signals());
    void core.start();
    return opened;
  }

  private signals(): AbortSignal | undefined {
    const { signal } = this.hub.options;
    const own = this.wanted.signal;
    return signal === undefined || own === undefined ? (signal ?? own) : either(signal, own);
  }

  /** Of hub, database and patterns: what another selection kept is not taken up. */
  private storeName(): string {
    const { collection, includes, excludes, keep } = this.wanted;
    const told = JSON.stringify([this.hub.url, this.database, collection, includes, excludes]);
    return `${keep}:${hex64(xxh3(new TextEncoder().encode(told)))}`;
  }

  private settings(): ReplicaSettings {
    const { token, windowBytes, loadOverHttp, pieces } = this.hub.options;
    const { collection, includes, excludes, level } = this.wanted;
    return {
      receiver: {
        clientId: this.hub.clientId,
        codecs: this.hub.codecs,
        windowBytes: windowBytes ?? defaultWindow(),
        maxBatchBytes: MAX_BATCH_BYTES,
        handshakeTimeoutMillis: HANDSHAKE_TIMEOUT_MILLIS,
      },
      plan: { database: this.database, collection, includes, excludes, level },
      token: typeof token === 'function' ? token : () => token ?? '',
      tokenIsRenewed: typeof token === 'function',
      loadOverHttp: loadOverHttp ?? true,
      pieces: pieces ?? false,
      retryFirstMillis: 250,
      retryMostMillis: 15_000,
      retrySlowMillis: 60_000,
    };
  }
}

/** Not every browser tells of its network. */
function defaultWindow(): number {
  const { connection } = (globalThis.navigator ?? {}) as { connection?: { effectiveType?: string; saveData?: boolean } };
  const slow = connection?.saveData === true || connection?.effectiveType?.endsWith('2g') === true;
  return slow ? SLOW_WINDOW_BYTES : DEFAULT_WINDOW_BYTES;
}

function limited(what: string, globs: string[]): string[] {
  if (globs.length > MAX_PATTERNS) {
    throw new RangeError(`${globs.length} patterns to ${what}: at most ${MAX_PATTERNS} expected`);
  }
  return globs;
}

/** `AbortSignal.any`, which not every browser has yet. */
function either(a: AbortSignal, b: AbortSignal): AbortSignal {
  const both = new AbortController();
  for (const signal of [a, b]) {
    if (signal.aborted) {
      both.abort(signal.reason);
    }
    signal.addEventListener('abort', () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}
