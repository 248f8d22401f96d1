import type { Fields } from '../codec/frame.ts';
import { DifferenceSearch } from './difference-search.ts';
import { TOTAL_BYTES } from './digest.ts';
import { bad } from './lent.ts';
import { isProved, type Lacked } from './lacked.ts';
import type { ComparedFeed } from './mod.ts';
import { ASK, NOTE, NOTES, WANT } from './messages.ts';
import { OwnSet } from './own-set.ts';
import { encodeWanted } from './wanted-ids.ts';

const WANT_ITEMS = 4096;

/**
 * One run: hashes what this page holds, finds out what differs from the hub's cut, has it sent, removes what the hub
 * does not have.
 *
 *   hashing ──────┬─ same digest ─────────────────────────────────────────────→ done
 *   CUT of the hub┘─ searching ─┬─ found ──→ wanting ─┬→ [batches] ──→ strays ──→ done
 *                               │                     └ not proved ──→ again, by lists
 *                               └ nearly all differs ──→ a snapshot
 */
export class Reconciliation {
  readonly number: number;
  /** Whether it ended because what it had found was not what differs. */
  refuted = false;
  private readonly own: OwnSet;
  private hashed = false;
  private hubItems = -1;
  private hubTotal: Uint8Array = new Uint8Array(0);
  private search: DifferenceSearch | undefined;
  private lacked: Lacked | undefined;
  private lacking = 0;
  private ended = false;

  /**
   * @param byList whether a run before has found something that was not proved
   * @param whenOver told when it has ended by itself
   */
  constructor(
    begin: Fields,
    private readonly feed: ComparedFeed,
    private readonly byList: boolean,
    private readonly whenOver: (run: Reconciliation) => void,
  ) {
    this.number = begin.number(2);
    this.own = new OwnSet(begin.bytes(5));
  }

  /** Nothing is done any more. */
  abandon(): void {
    this.ended = true;
  }

  isOver(): boolean {
    return this.ended || this.feed.isOver();
  }

  /** All that was sent before the run has been applied. */
  async start(): Promise<void> {
    try {
      await this.work(this.own.read(this.feed.held));
      this.hashed = true;
      this.readyToCompare();
    } catch (e) {
      this.failed(e);
    }
  }

  /** In slices, so that the page can draw. */
  private async work(job: Generator<void>): Promise<void> {
    let begun = this.feed.nowMillis();
    while (!this.isOver() && !job.next().done) {
      if (this.feed.nowMillis() - begun >= this.feed.sliceMillis) {
        await this.feed.breathe();
        begun = this.feed.nowMillis();
      }
    }
  }

  note(fields: Fields): void {
    const kind = fields.number(3);
    const digest = fields.bytes(5).slice();
    if (kind === NOTES.CUT && this.hubItems < 0 && digest.length === TOTAL_BYTES) {
      this.hubItems = fields.number(4);
      this.hubTotal = digest;
      this.readyToCompare();
    } else if (kind === NOTES.WANTED && this.lacked !== undefined && digest.length === TOTAL_BYTES) {
      this.wanted(this.lacked, fields.number(4), digest);
    } else if (kind === NOTES.SERVED && this.lacked !== undefined) {
      void this.served(this.lacked);
    } else {
      throw bad(`a note ${kind} out of its turn`);
    }
  }

  private readyToCompare(): void {
    if (this.isOver() || !this.hashed || this.hubItems < 0) {
      return;
    }
    const { digest } = this.own;
    if (digest.count === this.hubItems && digest.is(this.hubTotal)) {
      this.done(0);
      return;
    }
    this.search = new DifferenceSearch(this.own, this.hubItems, {
      ask: (write) => this.feed.send(ASK, this.number, write),
      work: (job) => this.work(job),
      isOver: () => this.isOver(),
      found: (lacked) => this.want(lacked),
      tooDifferent: (why) => this.giveUp(why),
      failed: (failure) => this.failed(failure),
    });
    this.search.start(this.byList);
  }

  symbols(fields: Fields): void {
    if (this.lacked === undefined) {
      this.searching().symbols(fields);
    }
  }

  items(fields: Fields): void {
    this.searching().items(fields);
  }

  private searching(): DifferenceSearch {
    if (this.search === undefined) {
      throw bad('symbols or a list that nobody asked for');
    }
    return this.search;
  }

  private want(lacked: Lacked): void {
    this.lacked = lacked;
    const { wanted, byItems } = lacked;
    for (let from = 0; from === 0 || from < wanted.length; from += WANT_ITEMS) {
      const part = wanted.slice(from, from + WANT_ITEMS);
      this.feed.send(WANT, this.number, (want) => {
        if (byItems) {
          const items = new DataView(new ArrayBuffer(8 * part.length));
          part.forEach((item, i) => items.setBigUint64(8 * i, BigInt(item), true));
          want.field(3, new Uint8Array(items.buffer));
        } else {
          want.field(5, encodeWanted(part.map(Number)));
        }
        want.number(4, from + WANT_ITEMS >= wanted.length ? 1 : 0);
      });
    }
  }

  private wanted(lacked: Lacked, lacking: number, total: Uint8Array): void {
    this.lacking = lacking;
    if (isProved(lacked, this.own, total, this.hubTotal)) {
      return;
    }
    this.refuted = true;
    if (lacked.byItems) {
      this.giveUp('what was found is not what differs');
    } else {
      this.over(NOTES.AGAIN);
    }
  }

  private async served(lacked: Lacked): Promise<void> {
    try {
      const removed = await this.feed.removeStrays(lacked.strays.map(({ key }) => key));
      this.done(removed);
    } catch (e) {
      this.failed(e);
    }
  }

  private failed(failure: unknown): void {
    if (!this.isOver()) {
      this.feed.failed(failure);
    }
  }

  private done(strays: number): void {
    if (!this.isOver()) {
      this.over(NOTES.DONE, this.lacking + strays);
      this.feed.compared(this.lacking + strays);
    }
  }

  private giveUp(why: string): void {
    this.over(NOTES.GIVE_UP, 0, why);
    this.feed.gaveUp(why);
  }

  private over(kind: number, count = 0, text = ''): void {
    this.ended = true;
    this.feed.send(NOTE, this.number, (note) => note.number(3, kind).number(4, count).text(7, text));
    this.whenOver(this);
  }
}
