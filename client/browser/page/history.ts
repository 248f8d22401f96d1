import type { FeedStatus, HubStatus, SubscriberStatus } from './hub-status.ts';

export const STAGES = ['raw', 'merged', 'compressed', 'wire'] as const;
export type Stage = (typeof STAGES)[number];

/** Per second, between two looks at the hub. */
export interface Sample extends Record<Stage, number> {
  readonly unixMillis: number;
  readonly hints: number;
  readonly changes: number;
  readonly keysSent: number;
}

type Totals = Omit<Sample, 'unixMillis'>;

/** Samples kept: five minutes of one a second. */
export const LENGTH = 300;
const LAG_LENGTH = 60;
const NOTHING: Totals = { hints: 0, changes: 0, keysSent: 0, raw: 0, merged: 0, compressed: 0, wire: 0 };

/**
 * What the hub's ever-growing figures were per second. Feeds are followed one by one: one that goes
 * takes its figures with it, and the sum of all must not fall for it.
 */
export class History {
  readonly samples: Sample[] = [];
  /** Of all feeds since this page looks. */
  total: Totals = NOTHING;
  private feeds = new Map<string, FeedStatus>();
  private lags = new Map<string, number[]>();
  private rates = new Map<string, number>();
  private hints = new Map<number, number>();
  private beforeMillis = 0;

  add(status: HubStatus): void {
    const first = this.beforeMillis === 0;
    const elapsed = (status.unixMillis - this.beforeMillis) / 1000;
    const more = this.difference(status, first ? 0 : elapsed);
    this.beforeMillis = status.unixMillis;
    if (first) {
      this.total = { ...more };
      return;
    }
    if (elapsed <= 0) {
      return;
    }
    this.total = combined(this.total, more, (a, b) => a + b);
    const perSecond = combined(more, more, (a) => a / elapsed);
    this.samples.push({ ...perSecond, unixMillis: status.unixMillis });
    if (this.samples.length > LENGTH) {
      this.samples.shift();
    }
  }

  get last(): Sample {
    return this.samples.at(-1) ?? { ...NOTHING, unixMillis: 0 };
  }

  /** The mean of the last few, so that figures can be read. */
  recent(): Sample {
    const some = this.samples.slice(-3);
    return some.length === 0
      ? this.last
      : some.reduce((sum, sample) => ({ ...combined(sum, sample, (a, b) => a + b / some.length), unixMillis: sample.unixMillis }), {
          ...NOTHING,
          unixMillis: 0,
        });
  }

  /** Seconds that a subscriber lagged at the last looks. */
  lagOf(subscriber: SubscriberStatus): readonly number[] {
    return this.lags.get(nameOf(subscriber)) ?? [];
  }

  /** Bytes a second on the wire of a feed lately. */
  rateOf(subscriber: SubscriberStatus, feed: FeedStatus): number {
    return this.rates.get(`${nameOf(subscriber)} ${feed.feed}`) ?? 0;
  }

  private difference(status: HubStatus, elapsed: number): Totals {
    let more = { ...NOTHING };
    const feeds = new Map<string, FeedStatus>();
    const lags = new Map<string, number[]>();
    const rates = new Map<string, number>();
    for (const subscriber of status.subscribers) {
      const name = nameOf(subscriber);
      const lag = Math.max(0, ...subscriber.feeds.map((feed) => feed.lagSeconds));
      lags.set(name, [...(this.lags.get(name) ?? []), lag].slice(-LAG_LENGTH));
      for (const feed of subscriber.feeds) {
        const key = `${name} ${feed.feed}`;
        feeds.set(key, feed);
        const grew = grown(totalsOf(feed), this.feeds.get(key));
        more = combined(more, grew, (a, b) => a + b);
        // smoothed, so that it can be read
        rates.set(key, elapsed > 0 ? 0.6 * (this.rates.get(key) ?? 0) + (0.4 * grew.wire) / elapsed : 0);
      }
    }
    this.feeds = feeds;
    this.lags = lags;
    this.rates = rates;
    for (const { database, source } of status.databases) {
      const before = this.hints.get(database) ?? source.hints;
      more.hints += elapsed === 0 ? 0 : Math.max(0, source.hints - before);
      this.hints.set(database, source.hints);
    }
    return more;
  }
}

/** A connection is known by where it comes from. */
export function nameOf(subscriber: SubscriberStatus): string {
  return `${subscriber.address} ${subscriber.clientId}`;
}

function totalsOf(feed: FeedStatus): Totals {
  return {
    hints: 0,
    changes: feed.changes,
    keysSent: feed.keysSent,
    raw: feed.rawBytes,
    merged: feed.mergedBytes,
    compressed: feed.compressedBytes,
    wire: feed.wireBytes,
  };
}

function grown(now: Totals, before: FeedStatus | undefined): Totals {
  return before === undefined ? now : combined(now, totalsOf(before), (a, b) => Math.max(0, a - b));
}

function combined(a: Totals, b: Totals, how: (a: number, b: number) => number): Totals {
  const both = { ...NOTHING };
  for (const name of Object.keys(NOTHING) as (keyof Totals)[]) {
    both[name] = how(a[name], b[name]);
  }
  return both;
}
