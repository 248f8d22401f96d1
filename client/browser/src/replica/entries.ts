import { NO_CURSOR, updatedBy, type BatchHead, type Change, type Cursor, type Lane, type Put } from '../codec/change.ts';
import type { Value } from '../codec/value.ts';
import { MAX_KEYS } from '../receiver/key-queries.ts';
import type { Presence, Sink } from '../receiver/sink.ts';
import type { Loop } from '../receiver/transport.ts';
import type { ClientChange } from './client-change.ts';
import { Expiries } from './expiries.ts';
import { SlicedValues } from './sliced-values.ts';

/** What is held of a key. */
export interface Held {
  readonly value: Value;
  /** Unix milliseconds, 0 = never */
  readonly expiresAtMillis: number;
  /** Number of the newest snapshot begun when it was put. */
  readonly generation: number;
  readonly version: number;
}

/** Where a feed stands, apart from its entries: what a store keeps beside them. */
export interface FeedState {
  readonly cursor: Cursor;
  readonly generation: number;
  readonly owesLeftovers: boolean;
  /** Whether a comparison is under way: the cursor is worth nothing before it has ended. */
  readonly comparing?: boolean;
}

/** Who hears of what happens to the entries. Calls must not throw. */
export interface EntriesListener {
  /** These changes were made, in this order. */
  changed(changes: readonly ClientChange[]): void;
  /** A batch is complete: what was told so far and this state belong together. */
  settled?(state: FeedState): void;
}

/**
 * The entries of one feed as this page sees them: a sink in memory. While a snapshot loads over old
 * content, each key shows its newest value known; what the source no longer has goes at the
 * snapshot's end. A key whose time has come leaves, also while the hub cannot be reached.
 */
export class Entries implements Sink {
  readonly held = new Map<string, Held>();
  private readonly listeners: EntriesListener[] = [];
  private readonly slices: Record<Lane, SlicedValues> = { LIVE: new SlicedValues(), BACKFILL: new SlicedValues() };
  private readonly expiries: Expiries;
  private generation = 0;
  cursor: Cursor = NO_CURSOR;
  owesLeftovers = false;
  comparing = false;

  constructor(
    private readonly database: number,
    loop: Loop,
  ) {
    this.expiries = new Expiries(
      loop,
      (key) => this.held.get(key)?.expiresAtMillis ?? 0,
      (keys) => this.expire(keys),
    );
  }

  addListener(listener: EntriesListener): () => void {
    this.listeners.push(listener);
    return () => {
      this.listeners.splice(this.listeners.indexOf(listener), 1);
    };
  }

  /** The hub's clock minus this one's: expiries are meant by the hub's. */
  setClockOffset(millis: number): void {
    this.expiries.setOffset(millis);
  }

  get state(): FeedState {
    const { cursor, generation, owesLeftovers, comparing } = this;
    return { cursor, generation, owesLeftovers, comparing };
  }

  /** What a store had kept; listeners hear of it as of any change. */
  restore(state: FeedState, kept: Iterable<readonly [key: string, held: Held]>): void {
    this.cursor = state.cursor;
    this.generation = state.generation;
    this.owesLeftovers = state.owesLeftovers;
    this.comparing = state.comparing ?? false;
    const told: ClientChange[] = [];
    const now = this.expiries.nowMillis();
    for (const [key, held] of kept) {
      if (held.expiresAtMillis === 0 || held.expiresAtMillis > now) {
        this.hold(key, held);
        told.push(this.changeOf(key, held, undefined));
      }
    }
    this.tell(told);
  }

  /** The cursor is worth nothing: what is here is loaded over. */
  forgetCursor(): void {
    this.cursor = NO_CURSOR;
  }

  /** Versions of before say nothing about those to come. */
  reconcileBegins(): void {
    this.beginGeneration();
    this.comparing = true;
  }

  batchBegins(_lane: Lane, head: BatchHead): void {
    if (head.snapshotBegin) {
      this.beginGeneration();
      this.comparing = false;
    }
  }

  private beginGeneration(): void {
    this.generation++;
    this.owesLeftovers = false;
    this.slices.LIVE.clear();
    this.slices.BACKFILL.clear();
  }

  apply(changes: readonly Change[], lane: Lane): void {
    const told: ClientChange[] = [];
    for (const change of changes) {
      const done = this.applyOne(change, lane);
      if (done !== undefined) {
        told.push(done);
      }
    }
    this.tell(told);
  }

  private applyOne(change: Change, lane: Lane): ClientChange | undefined {
    switch (change.kind) {
      case 'put':
        this.forgetSlices(change.key);
        return this.put(change);
      case 'remove':
        this.forgetSlices(change.key);
        return this.remove(change.key, change.version);
      case 'part': {
        const whole = this.slices[lane].add(change);
        return whole && this.put(whole);
      }
    }
  }

  private forgetSlices(key: string): void {
    this.slices.LIVE.forget(key);
    this.slices.BACKFILL.forget(key);
  }

  private put({ key, value, expiresAtMillis, version }: Put): ClientChange | undefined {
    if (expiresAtMillis !== 0 && expiresAtMillis <= this.expiries.nowMillis()) {
      return this.remove(key, version); // its time came on the way
    }
    const previous = this.held.get(key);
    if (previous !== undefined && previous.generation === this.generation && previous.version > version) {
      return undefined; // a piece from a cache may be older than another that had the key (I3)
    }
    const held: Held = { value, expiresAtMillis, generation: this.generation, version };
    this.hold(key, held);
    return this.changeOf(key, held, previous?.value);
  }

  private hold(key: string, held: Held): void {
    this.held.set(key, held);
    if (held.expiresAtMillis !== 0) {
      this.expiries.add(key, held.expiresAtMillis, this.held.size);
    }
  }

  private changeOf(key: string, held: Held, previous: Value | undefined): ClientChange {
    const { value, expiresAtMillis, version } = held;
    return { kind: 'put', database: this.database, key, value, previous, expiresAtMillis, version };
  }

  private remove(key: string, version: number): ClientChange | undefined {
    const previous = this.held.get(key)?.value;
    if (!this.held.delete(key)) {
      return undefined;
    }
    return { kind: 'remove', database: this.database, key, value: undefined, previous, expiresAtMillis: 0, version };
  }

  batchEnds(head: BatchHead): void {
    this.cursor = updatedBy(this.cursor, head.cursor);
    this.comparing &&= this.cursor.backfill?.length !== 0;
    if (head.snapshotEnd) {
      this.owesLeftovers = true;
    }
    this.settle();
  }

  async removeLeftovers(presence: Presence, among?: readonly string[]): Promise<number> {
    const began = this.generation;
    const leftovers = (among ?? [...this.held.keys()]).filter((key) => (this.held.get(key)?.generation ?? began) < began);
    let removed = 0;
    for (let from = 0; from < leftovers.length; from += MAX_KEYS) {
      const asked = leftovers.slice(from, from + MAX_KEYS);
      const present = await presence(asked);
      // one that changed meanwhile is of this generation by now
      const gone = asked.filter((key, i) => !present[i] && (this.held.get(key)?.generation ?? began) < began);
      this.tell(gone.map((key) => this.remove(key, 0)).filter((change) => change !== undefined));
      removed += gone.length;
    }
    this.owesLeftovers = false;
    this.settle();
    return removed;
  }

  close(): void {
    this.expiries.close();
  }

  private expire(keys: readonly string[]): void {
    this.tell(keys.map((key) => this.remove(key, 0)).filter((change) => change !== undefined));
  }

  private tell(changes: readonly ClientChange[]): void {
    if (changes.length > 0) {
      [...this.listeners].forEach((listener) => listener.changed(changes));
    }
  }

  private settle(): void {
    this.listeners.forEach((listener) => listener.settled?.(this.state));
  }
}
