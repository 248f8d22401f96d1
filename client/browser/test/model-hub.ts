import type { Change, Lane } from '../src/codec/change.ts';
import { StringValue } from '../src/codec/value.ts';
import { part, readFields, text, type TestConnection } from './rig.ts';
import type { TestBatch } from './batch-encoder.ts';

const SLOTS_A_BATCH = 5;
const utf8 = new TextEncoder();

interface Row {
  version: number;
  value: string | undefined; // undefined = removed
}

/** A batch that was read and waits to be sent. */
interface Ready {
  readonly lane: Lane;
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
  private connection: TestConnection | undefined;
  private after = 0;
  private backfill: { until: number; slot: number } | undefined;
  private snapshot = false;
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
    for (const [key, row] of this.rows) {
      if (row.value === undefined) {
        this.rows.delete(key);
      }
    }
  }

  accept(connection: TestConnection): void {
    const stored = readFields(readFields(connection.of(1)[0].get(5)![0] as Uint8Array).get(7)![0] as Uint8Array);
    const [live, backfill] = [1, 2].map((field) => stored.get(field) && text(stored.get(field)![0]));
    this.connection = connection;
    this.ready = [];
    this.answered = 0;
    const known = live !== undefined && Number(live.split(' ')[0]) === this.epoch;
    this.snapshot = !known;
    connection.welcome({ snapshot: !known, epoch: this.epoch });
    if (known) {
      this.after = Number(live.split(' ')[1]);
      const [until, slot, snapshot] = (backfill ?? '').split(' ').map(Number);
      this.backfill = backfill ? { until, slot } : undefined;
      this.snapshot = snapshot === 1;
    } else {
      this.after = this.version;
      this.backfill = { until: this.version, slot: 0 };
      this.ready.push({ lane: 'BACKFILL', batch: { ...this.head(), cursor: this.cursor(true, true), snapshotBegin: true } });
    }
  }

  get idle(): boolean {
    return this.ready.length === 0 && this.backfill === undefined && this.after === this.version && this.queriesOpen === 0;
  }

  /** Reads the next batch of a lane; what is sent before it may come later. */
  read(lane: Lane): void {
    const turnWaits = this.ready.some(({ batch }) => batch.snapshotBegin);
    if (turnWaits || this.ready.some((one) => one.lane === lane)) {
      return;
    }
    if (lane === 'LIVE' && this.after < this.version) {
      const changes = this.changesOf((row) => row.version > this.after);
      this.after = this.version;
      this.ready.push({ lane, batch: { ...this.head(), changes, cursor: this.cursor(true, false) } });
    } else if (lane === 'BACKFILL' && this.backfill !== undefined) {
      const { until, slot } = this.backfill;
      const some = new Set(this.keys.slice(slot, slot + SLOTS_A_BATCH));
      const changes = this.changesOf((row, key) => some.has(key) && row.version <= until && row.value !== undefined);
      const next = slot + SLOTS_A_BATCH;
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
      this.connection.batch(one.lane, one.batch, 40);
    }
  }

  answer(): void {
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
      backfill: backfill ? utf8.encode(rest === undefined ? '' : `${rest.until} ${rest.slot} ${this.snapshot ? 1 : 0}`) : undefined,
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
