import type { BatchHead, Change, Cursor, Lane } from '../codec/change.ts';

/** Where batches go. Calls come one after the other. */
export interface Sink {
  readonly cursor: Cursor;
  /** Whether a snapshot ended and what it did not bring has not been removed yet. */
  readonly owesLeftovers: boolean;

  batchBegins(lane: Lane, head: BatchHead): void;
  /** Some changes of the batch that began. */
  apply(changes: readonly Change[], lane: Lane): void;
  /** All of the batch is there: its cursor counts from here on. */
  batchEnds(head: BatchHead): void;
  /** Removes what the snapshot did not bring and the hub does not have; how many keys. */
  removeLeftovers(presence: Presence): Promise<number>;
}

/** Which of these keys the source has, at most 4096 at once. */
export type Presence = (keys: readonly string[]) => Promise<boolean[]>;
