import type { ClientChange } from './client-change.ts';
import type { FeedState, Held } from './entries.ts';

/** What a store gives back: entries and the state that belongs to them. */
export interface Kept {
  readonly state: FeedState;
  readonly entries: readonly (readonly [key: string, held: Held])[];
}

/** Another page has opened the same store since: it writes from now on. */
export class StoreTaken extends Error {
  constructor() {
    super('another page keeps this now');
    this.name = 'StoreTaken';
  }
}

/**
 * Keeps a feed's entries and its state, always together (I4). One page writes at a time, the one that
 * loaded last: what two wrote in turns would not belong to the cursor of either.
 */
export interface EntryStore {
  /** Also takes the store over. undefined = nothing was kept, or nothing that can be used */
  load(): Promise<Kept | undefined>;
  /** In one atomic step; fails with `StoreTaken` if another page has taken it over. */
  save(puts: ReadonlyMap<string, Held>, removals: readonly string[], state: FeedState): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  close(): void;
}

/**
 * Writes behind: what changed since the last write waits here, a key once, with the newest complete
 * state; one write is out at a time. So what waits is bounded by the keys there are, and a page that
 * is reloaded finds data and cursor of one moment.
 */
export class StoreWriter {
  private puts = new Map<string, Held>();
  private removals = new Set<string>();
  private settled: { puts: Map<string, Held>; removals: Set<string>; state: FeedState } | undefined;
  private writing = false;
  private closed = false;
  private idle: (() => void)[] = [];
  writes = 0;

  constructor(
    private readonly store: EntryStore,
    private readonly heldOf: (key: string) => Held | undefined,
    private readonly failed: (failure: unknown) => void,
  ) {}

  changed(changes: readonly ClientChange[]): void {
    for (const { key } of changes) {
      const held = this.heldOf(key);
      if (held === undefined) {
        this.puts.delete(key);
        this.removals.add(key);
      } else {
        this.removals.delete(key);
        this.puts.set(key, held);
      }
    }
  }

  /** A batch is complete: everything so far belongs to this state. */
  stateSettled(state: FeedState): void {
    const before = this.settled;
    if (before === undefined) {
      this.settled = { puts: this.puts, removals: this.removals, state };
    } else {
      for (const [key, held] of this.puts) {
        before.removals.delete(key);
        before.puts.set(key, held);
      }
      for (const key of this.removals) {
        before.puts.delete(key);
        before.removals.add(key);
      }
      this.settled = { ...before, state };
    }
    this.puts = new Map();
    this.removals = new Set();
    void this.write();
  }

  /** Resolves when nothing settled waits any more. */
  flushed(): Promise<void> {
    return this.writing || this.settled !== undefined
      ? new Promise((resolve) => this.idle.push(resolve))
      : Promise.resolve();
  }

  close(): void {
    this.closed = true;
  }

  private async write(): Promise<void> {
    if (this.writing) {
      return;
    }
    this.writing = true;
    try {
      for (let next = this.settled; next !== undefined && !this.closed; next = this.settled) {
        this.settled = undefined;
        await this.store.save(next.puts, [...next.removals], next.state);
        this.writes++;
      }
    } catch (e) {
      this.closed = true;
      this.failed(e);
    }
    this.writing = false;
    this.idle.splice(0).forEach((done) => done());
  }
}
