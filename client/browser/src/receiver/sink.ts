import type { BatchHead, Change, Cursor, Lane } from '../codec/change.ts';
import type { Held } from '../replica/entries.ts';

/** Where batches go. Calls come one after the other. */
export interface Sink {
  readonly cursor: Cursor;
  /** What is here, for comparisons. */
  readonly held: ReadonlyMap<string, Held>;
  /** Whether a snapshot ended and what it did not bring has not been removed yet. */
  readonly owesLeftovers: boolean;

  /** The next batch is the turn of a comparison: what is here was of another history, and is looked at. */
  reconcileBegins(): void;
  batchBegins(lane: Lane, head: BatchHead): void;
  /** Some changes of the batch that began. */
  apply(changes: readonly Change[], lane: Lane): void;
  /** All of the batch is there: its cursor counts from here on. */
  batchEnds(head: BatchHead): void;
  /**
   * Removes what the snapshot did not bring and the hub does not have; how many keys.
   *
   * @param among after a comparison: what only this side had, as far as nothing has brought it since
   */
  removeLeftovers(presence: Presence, among?: readonly string[]): Promise<number>;
}

/** Which of these keys the source has, at most 4096 at once. */
export type Presence = (keys: readonly string[]) => Promise<boolean[]>;
