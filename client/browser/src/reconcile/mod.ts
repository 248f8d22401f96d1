/**
 * Finds out what this page's copy and the hub's do not have in common (P100-P112, P190): the part of the client that
 * is a file of its own, loaded when a hub begins a comparison. Same words as in the Java of link/reconcile and
 * client/receiver.
 */
import type { Fields } from '../codec/frame.ts';
import type { WireWriter } from '../codec/wire-writer.ts';
import type { Held } from '../replica/entries.ts';
import { bad, borrow, type Lent } from './lent.ts';
import { BEGIN, ITEMS, NOTE, NOTES, SYMBOLS } from './messages.ts';
import { Reconciliation } from './reconciliation.ts';

/** What comparisons need of their feed. */
export interface ComparedFeed {
  readonly held: ReadonlyMap<string, Held>;
  /** The page's thread is given back after this long. */
  readonly sliceMillis: number;
  nowMillis(): number;
  breathe(): Promise<void>;
  isOver(): boolean;
  send(message: number, run: number, write: (out: WireWriter) => void): void;
  /** Removes those of these that no batch has brought since and the hub does not have; how many. */
  removeStrays(keys: readonly string[]): Promise<number>;
  /** What differed has been mended. */
  compared(differences: number): void;
  /** Everything is loaded instead. */
  gaveUp(why: string): void;
  failed(failure: unknown): void;
}

/** The runs of one feed, one at a time. */
export class Runs {
  private run: Reconciliation | undefined;

  /** Whether the run before has found what was not proved. */
  private refuted = false;

  constructor(
    lent: Lent,
    private readonly feed: ComparedFeed,
  ) {
    borrow(lent);
  }

  /** What the hub says about a run; what comes for another one is too late. */
  handle(message: number, fields: Fields): void {
    try {
      if (message === BEGIN) {
        this.begin(fields);
      } else if (this.run?.isOver() === false && fields.number(2) === this.run.number) {
        this.take(this.run, message, fields);
      }
    } catch (e) {
      this.feed.failed(e);
    }
  }

  private begin(fields: Fields): void {
    if (fields.number(3) !== 0) {
      throw bad('a verification that nobody asked for');
    }
    this.abandon();
    this.run = new Reconciliation(fields, this.feed, this.refuted, (run) => this.ended(run));
  }

  /** What it has hashed is not needed any more. */
  private ended(run: Reconciliation): void {
    this.refuted = run.refuted;
    this.run = this.run === run ? undefined : this.run;
  }

  private take(run: Reconciliation, message: number, fields: Fields): void {
    if (message === SYMBOLS) {
      run.symbols(fields);
    } else if (message === ITEMS) {
      run.items(fields);
    } else if (message === NOTE && fields.number(3) !== NOTES.REFUSED) {
      run.note(fields);
    }
  }

  /** What was sent before the run began has been applied. */
  read(): void {
    void this.run?.start();
  }

  /** Everything is loaded instead. */
  abandon(): void {
    this.run?.abandon();
    this.run = undefined;
  }
}
