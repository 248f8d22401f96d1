import type { Change, Lane } from '../src/codec/change.ts';
import { StringValue } from '../src/codec/value.ts';
import { part, readFields, text, type TestConnection } from './rig.ts';
import type { TestBatch } from './batch-encoder.ts';
import { ModelRun, RUN_ENDS } from './model-run.ts';

const SLOTS_A_BATCH = 5;
const utf8 = new TextEncoder();

interface Row {
  version: number;
  value: string | undefined; // undefined = removed
}

/** A batch that was read and waits to be sent. */
interface Ready {
  readonly lane: Lane;
  readonly turn?: boolean;
  readonly batch: TestBatch;
}

/**
 * A small model of a hub: one source, rounds in two lanes, cursors, batches that are read at one time
 * and sent at another, in any order between the lanes. Its choices are the test's.
 */
export class ModelHub {
  readonly rows = new Map<string, Row>();
  epoch = 1;
  version = 1;
  /** Whether it compares what a page has, and how often it did so, sent everything instead, told a wrong digest. */
  compares = false;
  runs = 0;
  snapshots = 0;
  lie = 0;
  run: ModelRun | undefined;
  private connection: TestConnection | undefined;
  private after = 0;
  private backfill: { until: number; slot: number } | undefined;
  private snapshot = false;
  private lastWanted = 0;
  private ready: Ready[] = [];
  private answered = 0;

  constructor(private readonly keys: readonly string[]) {}

  change(key: string, value: string | undefined): void {
    if (value !== undefined || this.rows.get(key)?.value !== undefined) {
      this.rows.set(key, { version: ++this.version, value });
    }
  }

  /** Another history: nobody's cursor is worth anything. */
  restart(): void {
    this.epoch++;
    this.connection = undefined;
    this.run = undefined;
    for (const [key, row] of this.rows) {
      if (row.value === undefined) {
        this.rows.delete(key);
      }
    }
  }

  accept(connection: TestConnection): void {
    const feed = readFields(connection.of(1)[0].get(5)![0] as Uint8Array);
    const stored = readFields(feed.get(7)![0] as Uint8Array);
    const [live, backfill] = [1, 2].map((field) => stored.get(field) && text(stored.get(field)![0]));
    this.connection = connection;
    this.ready = [];
    this.answered = 0;
    this.run = undefined;
    const known = live !== undefined && Number(live.split(' ')[0]) === this.epoch && !backfill?.endsWith(' 2');
    const reconcile = !known && this.compares && feed.get(10)?.[0] === 2;
    this.snapshot = !known && !reconcile;
    connection.welcome({ snapshot: this.snapshot, reconcile, epoch: this.epoch });
    if (known) {
      this.after = Number(live.split(' ')[1]);
      const [until, slot, snapshot] = (backfill ?? '').split(' ').map(Number);
      this.backfill = backfill ? { until, slot } : undefined;
      this.snapshot = snapshot === 1;
    } else if (reconcile) {
      this.beginRun(1);
    } else {
      this.beginSnapshot();
    }
  }

  private beginSnapshot(): void {
    this.snapshots++;
    this.run = undefined;
    this.snapshot = true;
    this.beginAnew({ snapshotBegin: true });
  }

  private beginRun(number: number): void {
    this.runs++;
    const values = [...this.rows].flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value] as const]));
    this.run = new ModelRun(this.connection!, number, this.epoch, new Map(values), number === 1 ? this.lie : 0);
    this.run.begin();
    this.lastWanted = 0;
    this.beginAnew({});
    this.run.cut();
  }

  /** Everything up to now is owed by backfill. */
  private beginAnew(more: Partial<TestBatch>): void {
    this.after = this.version;
    this.turn({ until: this.version, slot: 0 }, more);
  }

  /** Both parts of the cursor change. */
  private turn(backfill: { until: number; slot: number } | undefined, more: Partial<TestBatch>): void {
    this.backfill = backfill;
    this.ready.push({ lane: 'BACKFILL', turn: true, batch: { ...this.head(), cursor: this.cursor(true, true), ...more } });
  }

  get idle(): boolean {
    return this.run === undefined && this.ready.length === 0 && this.backfill === undefined && this.after === this.version && this.queriesOpen === 0;
  }

  /** Reads the next batch of a lane; what is sent before it may come later. */
  read(lane: Lane): void {
    const turnWaits = this.ready.some(({ turn }) => turn);
    if (turnWaits || this.ready.some((one) => one.lane === lane)) {
      return;
    }
    if (lane === 'LIVE' && this.after < this.version) {
      const changes = this.changesOf((row) => row.version > this.after);
      this.after = this.version;
      this.ready.push({ lane, batch: { ...this.head(), changes, cursor: this.cursor(true, false) } });
    } else if (lane === 'BACKFILL' && this.backfill !== undefined && (this.run === undefined || this.run.wanted !== undefined)) {
      const { until, slot } = this.backfill;
      const some = new Set(this.keys.slice(slot, slot + SLOTS_A_BATCH));
      const wanted = this.run?.wanted;
      const owed = (key: string) => some.has(key) && wanted?.has(key) !== false;
      const changes = this.changesOf((row, key) => owed(key) && row.version <= until && row.value !== undefined);
      const next = slot + SLOTS_A_BATCH;
      if (wanted !== undefined) {
        this.backfill = { until, slot: next };
        if (changes.length > 0) {
          this.ready.push({ lane, batch: { ...this.head(), changes, cursor: this.cursor(false, true) } });
        }
        return;
      }
      this.backfill = next < this.keys.length ? { until, slot: next } : undefined;
      const snapshotEnd = this.backfill === undefined && this.snapshot;
      this.ready.push({ lane, batch: { ...this.head(), changes, cursor: this.cursor(false, true), snapshotEnd } });
      this.snapshot = this.snapshot && !snapshotEnd;
    }
  }

  /** Sends what is ready, of the lanes in any order. */
  send(choice: number): void {
    const [one] = this.ready.splice(choice % Math.max(1, this.ready.length), 1);
    if (one !== undefined && this.connection !== undefined && !this.connection.closed) {
      const number = this.connection.batch(one.lane, one.batch, 40);
      this.lastWanted = one.lane === 'BACKFILL' ? number : this.lastWanted;
    }
  }

  /** What a page says of a comparison. */
  private stepRun(run: ModelRun): void {
    run.step();
    if (run.end === RUN_ENDS.AGAIN && this.ready.length === 0) {
      this.beginRun(run.number + 1);
    } else if (run.end === RUN_ENDS.GIVE_UP && this.ready.length === 0) {
      this.beginSnapshot();
    } else if (run.end === RUN_ENDS.DONE && this.ready.length === 0) {
      this.run = undefined;
      this.turn(undefined, {}); // the live lane goes on where it is
    } else if (run.wanted !== undefined && !run.toldServed && (this.backfill?.slot ?? 0) >= this.keys.length && this.isAcknowledged()) {
      run.served();
    }
  }

  private isAcknowledged(): boolean {
    return this.ready.every(({ lane }) => lane === 'LIVE') && this.connection!.acknowledged().includes(this.lastWanted);
  }

  answer(): void {
    if (this.run !== undefined && this.connection?.closed === false) {
      this.stepRun(this.run);
    }
    const query = this.connection?.of(8)[this.answered];
    if (query !== undefined && this.connection !== undefined) {
      this.answered++;
      const keys = (query.get(3) ?? []).map(text);
      const bits = new Uint8Array(Math.ceil(keys.length / 8));
      keys.forEach((key, i) => (this.rows.get(key)?.value !== undefined ? (bits[i >> 3] |= 1 << (i & 7)) : 0));
      this.connection.send(9, (out) => out.number(1, query.get(2)![0] as number).field(2, bits));
    }
  }

  private get queriesOpen(): number {
    return (this.connection?.of(8).length ?? 0) - this.answered;
  }

  private head(): TestBatch {
    return { epoch: this.epoch, readVersion: this.version };
  }

  private cursor(live: boolean, backfill: boolean): TestBatch['cursor'] {
    const rest = this.backfill;
    return {
      live: live ? utf8.encode(`${this.epoch} ${this.after}`) : undefined,
      backfill: backfill ? utf8.encode(rest === undefined ? '' : `${rest.until} ${rest.slot} ${this.run !== undefined ? 2 : this.snapshot ? 1 : 0}`) : undefined,
    };
  }

  /** Each third value travels in two parts. */
  private changesOf(wanted: (row: Row, key: string) => boolean): Change[] {
    return [...this.rows]
      .filter(([key, row]) => wanted(row, key))
      .flatMap(([key, { version, value }]): Change[] => {
        if (value === undefined) {
          return [{ kind: 'remove', key, version }];
        }
        return version % 3 === 0
          ? [part(key, version, 0, false, utf8.encode(value.slice(0, 1))), part(key, version, 1, true, utf8.encode(value.slice(1)))]
          : [{ kind: 'put', key, version, value: new StringValue(value), expiresAtMillis: 0 }];
      });
  }
}
