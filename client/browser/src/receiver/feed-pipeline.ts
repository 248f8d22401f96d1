import type { CompressedBatch } from '../codec/assembly.ts';
import { BatchDecoder } from '../codec/batch-decoder.ts';
import type { BatchHead, Change, Lane } from '../codec/change.ts';
import { decompress } from '../codec/compression.ts';
import { ProtocolException } from '../codec/wire-error.ts';
import { AheadVersions } from './ahead-versions.ts';
import { FeedRuns, type LoadReconcile } from './feed-runs.ts';
import type { Presence, Sink } from './sink.ts';
import type { Loop } from './transport.ts';

/** Entries decoded and applied before the clock is looked at. */
const SLICE_ENTRIES = 128;

/** The page's thread is given back after this long. */
const SLICE_MILLIS = 8;

/** What a pipeline needs of its session. */
export interface PipelineSession {
  /** The sink has the batch. */
  applied(batch: number, blockBytes: number): void;
  /** Nothing is left to load or to remove. */
  current(): void;
  failed(failure: unknown): void;
  ended(): boolean;
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** What differed has been mended. */
  compared(differences: number): void;
  /** It is not compared: everything is loaded. */
  notCompared(why: string, forGood?: boolean): void;
}

/** What was granted, and what the cursor tells of. */
export interface FeedBegin {
  readonly epoch: string;
  readonly snapshot: boolean;
  /** Whether what is here is compared first. */
  readonly reconcile: boolean;
  /** Whether the cursor tells of a backfill that was under way. */
  readonly backfilling: boolean;
}

/**
 * The feed of a session: its batches wait here in the order in which they were completed, are
 * decoded and applied one at a time, in slices of some milliseconds.
 *
 *   arrived → [queue, compressed] → decompressing → decoding and applying in slices → acknowledged
 *                window bounds it
 *
 * The two lanes share the queue, so a live batch never passes one that changes both cursor parts.
 */
export class FeedPipeline {
  /** Comparisons of what is here with what the hub has. */
  readonly runs: FeedRuns;
  private readonly ahead = new AheadVersions();
  private readonly queue: CompressedBatch[] = [];
  private running = false;
  private snapshot: boolean;
  private backfilling: boolean;
  private epoch: string;
  private removing: Promise<void> | undefined;
  private toldCurrent = false;

  loadedKeys = 0;
  liveKeys = 0;
  droppedKeys = 0;
  rawBytes = 0;
  appliedBatches = 0;

  constructor(
    begin: FeedBegin,
    private readonly loop: Loop,
    private readonly sink: Sink,
    private readonly presence: Presence,
    private readonly session: PipelineSession,
    loadReconcile: LoadReconcile,
  ) {
    this.snapshot = begin.snapshot;
    this.backfilling = begin.backfilling || begin.snapshot || begin.reconcile;
    this.epoch = begin.epoch;
    this.runs = this.newRuns(loadReconcile);
    if (begin.reconcile) {
      void this.runs.prepare();
    }
  }

  private newRuns(load: LoadReconcile): FeedRuns {
    const { loop, sink, session } = this;
    return new FeedRuns(load, {
      held: sink.held,
      sliceMillis: SLICE_MILLIS,
      nowMillis: () => loop.nowMillis(),
      breathe: () => loop.breathe(),
      isOver: () => session.ended(),
      sendFrame: (frame) => session.send(frame),
      waiting: () => this.waiting,
      resyncBegan: () => {
        this.backfilling = true;
        this.tellIfCurrent();
      },
      removeStrays: (keys) => sink.removeLeftovers(this.presence, keys),
      compared: (differences) => session.compared(differences),
      gaveUp: (why) => session.notCompared(why),
      partMissing: (why) => session.notCompared(why, true),
      failed: (failure) => session.failed(failure),
    });
  }

  get loading(): boolean {
    return this.backfilling || this.snapshot;
  }

  get waiting(): number {
    return this.queue.length + (this.running ? 1 : 0);
  }

  /** Leftovers of a snapshot that had ended before: owed since the last session. */
  start(): void {
    if (!this.loading && this.sink.owesLeftovers) {
      this.removeLeftovers();
    }
    this.tellIfCurrent();
  }

  arrived(batch: CompressedBatch): void {
    this.queue.push(batch);
    if (!this.running) {
      this.running = true;
      void this.run();
    }
  }

  private async run(): Promise<void> {
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
        await this.apply(next);
        if (this.session.ended()) {
          return;
        }
      }
      this.running = false;
    } catch (e) {
      this.session.failed(e);
    }
  }

  private async apply(batch: CompressedBatch): Promise<void> {
    const decoder = new BatchDecoder(await decompress(batch));
    const { head } = decoder;
    if (head.snapshotBegin) {
      await this.removing;
    }
    if (this.session.ended()) {
      return;
    }
    this.checkEpoch(head);
    if (head.cursor.backfill !== undefined && head.cursor.backfill.length > 0) {
      this.backfilling = true;
    }
    if (this.runs.isTurn && !head.snapshotBegin) {
      this.sink.reconcileBegins();
    }
    this.sink.batchBegins(batch.lane, head);
    if (!(await this.applyEntries(decoder, batch.lane))) {
      return;
    }
    this.sink.batchEnds(head);
    this.appliedBatches++;
    this.rawBytes += batch.header.rawBytes;
    this.batchApplied(batch.lane, head);
    this.runs.applied(head);
    this.session.applied(batch.number, batch.data.length);
    this.tellIfCurrent();
  }

  /** @returns false if the session ended meanwhile: what is missing comes again */
  private async applyEntries(decoder: BatchDecoder, lane: Lane): Promise<boolean> {
    let begun = this.loop.nowMillis();
    while (decoder.left > 0) {
      this.sink.apply(this.newerOnly(decoder.next(SLICE_ENTRIES), lane), lane);
      if (decoder.left > 0 && this.loop.nowMillis() - begun >= SLICE_MILLIS) {
        await this.loop.breathe();
        if (this.session.ended()) {
          return false;
        }
        begun = this.loop.nowMillis();
      }
    }
    return true;
  }

  /** Versions of another epoch are worth nothing, and only a snapshot or a comparison begins one. */
  private checkEpoch(head: BatchHead): void {
    if (head.epoch === this.epoch) {
      return;
    }
    if (!head.snapshotBegin && !this.runs.isOfResync(head.epoch)) {
      throw new ProtocolException(
        'BAD_BATCH',
        `a batch of epoch ${head.epoch} without the begin of a snapshot, ${this.epoch} expected`,
      );
    }
    this.epoch = head.epoch;
    this.ahead.clear();
  }

  /** I3: remembers what the live lane brings, drops what the backfill brings too late. */
  private newerOnly(changes: readonly Change[], lane: Lane): readonly Change[] {
    if (lane === 'LIVE') {
      this.liveKeys += changes.length;
      if (this.backfilling) {
        this.ahead.remember(changes);
      }
      return changes;
    }
    const kept = this.ahead.withoutOlder(changes);
    this.loadedKeys += changes.length;
    this.droppedKeys += changes.length - kept.length;
    return kept;
  }

  private batchApplied(lane: Lane, head: BatchHead): void {
    if (lane === 'BACKFILL') {
      this.ahead.forgetUntil(head.readVersion);
    }
    if (head.snapshotBegin) {
      this.snapshot = true;
    }
    const ended = this.backfilling && head.cursor.backfill?.length === 0;
    if (ended) {
      this.backfilling = false;
      this.ahead.clear();
    }
    if (head.snapshotEnd) {
      this.snapshot = false;
      this.removeLeftovers();
    } else if (ended && this.sink.owesLeftovers && this.removing === undefined) {
      this.removeLeftovers();
    }
  }

  private removeLeftovers(): void {
    const removing = this.sink.removeLeftovers(this.presence).then(
      () => {
        this.removing = undefined;
        this.tellIfCurrent();
      },
      (e: unknown) => {
        this.removing = undefined;
        if (!this.session.ended()) {
          this.session.failed(e);
        }
      },
    );
    this.removing = removing;
  }

  private tellIfCurrent(): void {
    const now = !this.loading && this.removing === undefined && !this.session.ended();
    if (now && !this.toldCurrent) {
      this.session.current();
    }
    this.toldCurrent = now;
  }
}
