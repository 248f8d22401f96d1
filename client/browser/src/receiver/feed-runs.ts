import { hex64 } from '../codec/batch-decoder.ts';
import type { BatchHead } from '../codec/change.ts';
import { runFrame, type RunFrame } from '../codec/frame.ts';
import { toBytes } from '../codec/text.ts';
import { ProtocolException } from '../codec/wire-error.ts';
import { WireWriter } from '../codec/wire-writer.ts';
import { xxh3 } from '../codec/xxh3.ts';
import type * as Part from '../reconcile/mod.ts';
import { FEED } from './handshake.ts';

/** Brings the part that compares: a file of its own. */
export type LoadReconcile = () => Promise<typeof Part>;

/** What comparisons need of their feed. */
export interface RunsFeed extends Omit<Part.ComparedFeed, 'send'> {
  sendFrame(frame: Uint8Array<ArrayBuffer>): void;
  /** Batches that came and are not applied. */
  waiting(): number;
  /** The feed is being loaded until the hub says otherwise. */
  resyncBegan(): void;
  /** The part that compares cannot be loaded. */
  partMissing(why: string): void;
}

const BEGIN = 11;
const NOTE = 16;
const GIVE_UP = 7;

/**
 * The comparisons of one feed: what the hub says about them goes to the part that makes them, in order, once that is
 * here. If it cannot be had, the hub is told to send everything.
 */
export class FeedRuns {
  private part: Promise<Part.Runs> | undefined;
  private epoch = '';

  /** How many batches must be applied before the run may look at what is here: the last one is its turn. */
  private batchesBefore = 0;

  constructor(
    private readonly load: LoadReconcile,
    private readonly feed: RunsFeed,
  ) {}

  /** A comparison is to come. */
  prepare(): Promise<Part.Runs> {
    this.part ??= this.load().then(
      ({ Runs }) =>
        new Runs(
          { xxh3, toBytes, WireWriter, ProtocolException },
          { ...this.feed, send: (message, run, write) => this.feed.sendFrame(runFrame(message, FEED, run, write)) },
        ),
    );
    this.part.catch(() => undefined); // said when it is needed
    return this.part;
  }

  handle({ message, fields }: RunFrame): void {
    const begins = message === BEGIN;
    if (begins) {
      this.epoch = hex64(fields.fixed64(4));
      this.batchesBefore = this.feed.waiting() + 1;
      this.feed.resyncBegan();
    }
    this.prepare().then(
      (runs) => runs.handle(message, fields),
      (e: unknown) => {
        if (begins && !this.feed.isOver()) {
          const why = `what compares could not be loaded: ${String(e)}`;
          this.feed.sendFrame(runFrame(NOTE, FEED, fields.number(2), (note) => note.number(3, GIVE_UP).text(7, why)));
          this.feed.partMissing(why);
        }
      },
    );
  }

  /** Whether a batch of this epoch may come without the begin of a snapshot. */
  isOfResync(epoch: string): boolean {
    return epoch === this.epoch;
  }

  /** Whether the batch that comes next is the turn of a run. */
  get isTurn(): boolean {
    return this.batchesBefore === 1;
  }

  applied({ snapshotBegin }: BatchHead): void {
    if (snapshotBegin) {
      this.epoch = '';
      this.batchesBefore = 0;
      void this.part?.then((runs) => runs.abandon(), () => undefined);
    } else if (this.batchesBefore > 0 && --this.batchesBefore === 0) {
      void this.part?.then((runs) => runs.read(), () => undefined);
    }
  }
}
