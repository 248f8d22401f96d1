import { toBytes } from '../src/codec/text.ts';
import { StringValue } from '../src/codec/value.ts';
import { bucketOf, Digest } from '../src/reconcile/digest.ts';
import { ItemHasher } from '../src/reconcile/item-hasher.ts';
import { OwnSet, type Own } from '../src/reconcile/own-set.ts';
import { Sketch } from '../src/reconcile/sketch.ts';
import { prefixOf } from '../src/reconcile/wanted-ids.ts';
import type { TestConnection } from './rig.ts';
import { encodeRun, run, SALT } from './sets.ts';

const [CUT, WANTED, SERVED, DONE, GIVE_UP, AGAIN] = [3, 4, 5, 6, 7, 9];

/** One comparison as a small model of a hub makes it (P100-P112): of the values that strings have at one version. */
export class ModelRun {
  /** What is to be sent, once the client has said what it lacks. */
  wanted: Set<string> | undefined;
  /** What the client said at the end, 0 = nothing yet. */
  end = 0;
  endText = '';
  toldServed = false;
  /** Symbols that were sent, and items of lists. */
  symbols = 0;
  items = 0;
  private readonly own = new OwnSet(SALT);
  private readonly sketch = new Sketch();
  private readonly wants: Own[] = [];
  private read = 0;

  /** @param lie 1 = the digest is told wrong: nothing can be proved */
  constructor(
    private readonly connection: TestConnection,
    readonly number: number,
    readonly epoch: number,
    values: ReadonlyMap<string, string>,
    private readonly lie = 0,
  ) {
    const held = new Map(
      [...values].map(([key, value]) => [key, { value: new StringValue(value), expiresAtMillis: 0, generation: 0, version: 1 }] as const),
    );
    run(this.own.read(held));
    this.read = connection.sent.length;
  }

  begin(): void {
    this.connection.send(11, (out) => out.number(1, 1).number(2, this.number).fixed64(4, [this.epoch, 0]).field(5, SALT));
  }

  cut(): void {
    const total = this.totalOf(this.own.digest);
    total[0] ^= this.lie;
    this.note(CUT, this.own.size, total);
  }

  /** Everything wanted was sent and acknowledged. */
  served(): void {
    this.toldServed = true;
    this.note(SERVED, 0);
  }

  private note(kind: number, count: number, digest?: Uint8Array): void {
    this.connection.send(16, (out) => {
      out.number(1, 1).number(2, this.number).number(3, kind).number(4, count);
      if (digest !== undefined) {
        out.field(5, digest);
      }
    });
  }

  /** Answers what has been asked since. */
  step(): void {
    for (; this.read < this.connection.sent.length; this.read++) {
      const { message, fields } = this.connection.sent[this.read];
      const number = (field: number) => (fields.get(field)?.[0] as number | undefined) ?? 0;
      const bytes = (field: number) => (fields.get(field)?.[0] as Uint8Array | undefined) ?? new Uint8Array(0);
      if (![12, 14, 16].includes(message) || number(2) !== this.number) {
        continue;
      }
      if (message === 12) {
        this.ask(number(3), number(4) === 1, bytes(5));
      } else if (message === 14) {
        this.want(bytes(3), bytes(5), number(4) === 1);
      } else if ([DONE, GIVE_UP, AGAIN].includes(number(3))) {
        this.end = number(3);
        this.endText = new TextDecoder().decode(bytes(7));
      }
    }
  }

  private ask(symbols: number, digest: boolean, buckets: Uint8Array): void {
    const send = (message: number, field: number, data: Uint8Array, last = true) =>
      this.connection.send(message, (out) => out.number(1, 1).number(2, this.number).field(field, data).number(5, last ? 1 : 0));
    if (digest) {
      send(15, 3, new Uint8Array(this.own.digest.sums.slice().buffer));
    } else if (buckets.length > 0) {
      const listed = this.own.all.filter(({ item }) => buckets[bucketOf(item) >> 3] & (1 << (bucketOf(item) & 7)));
      this.items += listed.length;
      for (let from = 0; from === 0 || from < listed.length; from += 128) {
        const part = listed.slice(from, from + 128);
        send(15, 4, new Uint8Array(Uint32Array.from(part.flatMap(({ item }) => item)).buffer), from + 128 >= listed.length);
      }
    } else {
      if (symbols > this.sketch.size) {
        run(this.own.extend(this.sketch, symbols));
      }
      for (; this.symbols < symbols; this.symbols += 64) {
        send(13, 3, encodeRun(this.sketch, this.symbols, this.symbols + 64, this.own.size));
      }
    }
  }

  private want(items: Uint8Array, ids: Uint8Array, last: boolean): void {
    const view = new DataView(items.buffer, items.byteOffset, items.length);
    const asked = new Set<number | bigint>();
    for (let at = 0; at < items.length; at += 8) {
      asked.add(view.getBigUint64(at, true));
    }
    for (let at = 0, prefix = 0; at < ids.length; ) {
      for (let scale = 1; ; scale *= 128) {
        prefix += (ids[at] & 0x7f) * scale;
        if (ids[at++] < 0x80) {
          break;
        }
      }
      asked.add(prefix);
    }
    for (const own of this.own.all) {
      if (asked.has(prefixOf(own.id)) || asked.has((BigInt(own.item[1]) << 32n) | BigInt(own.item[0]))) {
        this.wants.push(own);
      }
    }
    if (last) {
      const digest = new Digest();
      const hasher = new ItemHasher(SALT);
      this.wants.forEach(({ key, item, valueHash }) => digest.add(item, hasher.digest(toBytes(key), valueHash)));
      this.wanted = new Set(this.wants.map(({ key }) => key));
      this.note(WANTED, this.wants.length, this.totalOf(digest));
    }
  }

  private totalOf(digest: Digest): Uint8Array {
    return new Uint8Array(digest.total().buffer);
  }
}

export const RUN_ENDS = { DONE, GIVE_UP, AGAIN } as const;
