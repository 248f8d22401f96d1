import type { Fields } from '../codec/frame.ts';
import type { WireWriter } from '../codec/wire-writer.ts';
import { choose, symbolsFor } from './costs.ts';
import { Decoder } from './decoder.ts';
import { BUCKETS } from './digest.ts';
import { bad } from './lent.ts';
import { lackedByList, lackedBySymbols, type Lacked } from './lacked.ts';
import type { OwnSet } from './own-set.ts';
import { Sketch } from './sketch.ts';
import { HEAD } from './symbols.ts';

const RUN_SYMBOLS = 64;
const MOST_SYMBOLS = 1 << 26;

/** What it needs of its run. */
export interface SearchOwner {
  ask(write: (ask: WireWriter) => void): void;
  /** Runs it in slices, so that the page can draw. */
  work(job: Generator<void>): Promise<void>;
  isOver(): boolean;
  found(lacked: Lacked): void;
  /** It is not worth finding: nearly everything has to come. */
  tooDifferent(why: string): void;
  failed(failure: unknown): void;
}

/**
 * Finds out which items differ between the hub's cut and this page's copy.
 *
 *   asking for symbols ─┬─ decoded ────────────────────────────→ found
 *        ↑──── more ────┤ stuck ──→ buckets ──→ list of those ──↗
 *                       ├ more to send than a list ──→ list ───↗
 *                       └ nearly all differs ──→ too different
 */
export class DifferenceSearch {
  private readonly decoder: Decoder;
  private readonly sketch = new Sketch();
  private asked = 0;
  private arrived: Uint8Array[] = [];
  private arrivedSymbols = 0;
  private estimated = false;
  private working = false;
  private listing = false;
  private listed: ReadonlySet<number> | undefined;
  private readonly listedItems = new Set<bigint>();

  constructor(
    private readonly own: OwnSet,
    private readonly hubItems: number,
    private readonly owner: SearchOwner,
  ) {
    this.decoder = new Decoder(hubItems);
  }

  /** @param byList whether symbols have led astray before */
  start(byList: boolean): void {
    if (byList) {
      this.askBuckets();
    } else {
      this.askSymbols(symbolsFor(0, 0));
    }
  }

  // ---- symbols ----

  private askSymbols(symbols: number): void {
    const most = this.maxSymbols();
    const more = roundedUp(Math.min(symbols, most));
    if (more <= this.asked) {
      return;
    }
    this.asked = more;
    this.owner.ask((ask) => ask.number(3, more));
    this.work(() => this.own.extend(this.sketch, more + RUN_SYMBOLS));
  }

  /** As the hub reckons it (P104). */
  private maxSymbols(): number {
    return roundedUp(Math.min(Math.max(2 * this.hubItems, 16_384), MOST_SYMBOLS));
  }

  symbols(fields: Fields): void {
    if (this.asked === 0) {
      throw bad('symbols that nobody asked for');
    }
    if (this.listing) {
      return;
    }
    this.arrivedSymbols += RUN_SYMBOLS;
    if (this.arrivedSymbols > this.asked + RUN_SYMBOLS) {
      throw bad(`more than the ${this.asked} symbols asked for`);
    }
    this.arrived.push(fields.bytes(3).slice());
    this.decode();
  }

  private decode(): void {
    if (!this.working && this.arrived.length > 0) {
      const runs = this.arrived.splice(0);
      this.work(() => this.takeAll(runs));
    }
  }

  private *takeAll(runs: readonly Uint8Array[]): Generator<void> {
    for (const run of runs) {
      if (this.decoder.state === 'hungry') {
        yield* this.decoder.take(run, this.sketch);
      }
    }
  }

  private work(job: () => Generator<void>): void {
    this.working = true;
    this.owner.work(job()).then(
      () => {
        this.working = false;
        if (!this.owner.isOver() && !this.listing) {
          this.worked();
        }
      },
      (e: unknown) => this.owner.failed(e),
    );
  }

  private worked(): void {
    const { decoder } = this;
    const lacked = decoder.state === 'decoded' ? lackedBySymbols(decoder.differences(), this.own) : undefined;
    if (lacked !== undefined) {
      this.owner.found(lacked);
    } else if (decoder.state !== 'hungry') {
      this.askBuckets();
    } else if (decoder.symbols >= HEAD && !this.estimated) {
      this.estimated = true; // the rest is asked for while symbols still arrive
      this.askMore();
    } else {
      this.goOn();
    }
  }

  private goOn(): void {
    if (this.arrived.length > 0) {
      this.decode();
    } else if (this.arrivedSymbols >= this.asked) {
      this.askMore();
    }
  }

  private askMore(): void {
    const estimate = this.decoder.estimate();
    const way = choose(estimate, this.hubItems, this.own.size);
    if (way !== 'symbols' && this.decoder.symbols < HEAD) {
      this.askSymbols(HEAD); // to be sure
    } else if (way === 'snapshot') {
      this.owner.tooDifferent(`about ${estimate.all} differences of ${this.hubItems}`);
    } else if (way === 'listing' || this.arrivedSymbols >= this.maxSymbols()) {
      this.askList(new Set(Array.from({ length: BUCKETS }, (_, i) => i)));
    } else {
      this.askSymbols(symbolsFor(estimate.all, this.arrivedSymbols));
    }
    if (!this.working && !this.listing && !this.owner.isOver()) {
      this.decode();
    }
  }

  // ---- lists ----

  /** What was decoded is wrong, or nothing was: the buckets say where to look. */
  private askBuckets(): void {
    this.listing = true;
    this.owner.ask((ask) => ask.number(3, this.asked).number(4, 1));
  }

  private askList(buckets: ReadonlySet<number>): void {
    this.listing = true;
    this.listed = buckets;
    const bits = new Uint8Array(BUCKETS / 8);
    buckets.forEach((bucket) => (bits[bucket >> 3] |= 1 << (bucket & 7)));
    this.owner.ask((ask) => ask.number(3, this.asked).field(5, bits));
  }

  items(fields: Fields): void {
    if (!this.listing) {
      throw bad('a list that nobody asked for');
    }
    const digest = fields.bytes(3);
    if (digest.length > 0) {
      this.askList(this.own.digest.differing(digest));
      return;
    }
    const items = fields.bytes(4);
    const view = new DataView(items.buffer, items.byteOffset, items.length & ~7);
    for (let at = 0; at < view.byteLength; at += 8) {
      this.listedItems.add(view.getBigUint64(at, true));
    }
    if (this.listedItems.size > this.hubItems) {
      throw bad(`more than the ${this.hubItems} items of the cut`);
    }
    const { listed } = this;
    if (fields.number(5) !== 0 && listed !== undefined) {
      this.listed = undefined;
      this.owner.found(lackedByList(this.listedItems, listed, this.own));
    }
  }
}

function roundedUp(symbols: number): number {
  return Math.ceil(symbols / RUN_SYMBOLS) * RUN_SYMBOLS;
}
