import type { Value } from './value.ts';

/** An entry of a batch, as it travelled. Keys are lossless text. */
export type Change = Put | Part | Remove;

export interface Put {
  readonly kind: 'put';
  readonly key: string;
  readonly version: number;
  readonly value: Value;
  /** Unix milliseconds, 0 = never */
  readonly expiresAtMillis: number;
}

/** A slice of a large value. A string's slices are kept as bytes: one may end inside a character. */
export interface Part {
  readonly kind: 'part';
  readonly key: string;
  readonly version: number;
  readonly index: number;
  readonly last: boolean;
  readonly slice: Value;
  readonly expiresAtMillis: number;
}

export interface Remove {
  readonly kind: 'remove';
  readonly key: string;
  readonly version: number;
}

/** Where a feed stands: one opaque part for each lane, kept with the data and sent back (P20). */
export interface Cursor {
  readonly live?: Uint8Array;
  readonly backfill?: Uint8Array;
}

export const NO_CURSOR: Cursor = {};

/** The parts a batch carries replace those of before; what it does not carry stays. */
export function updatedBy(cursor: Cursor, batch: Cursor): Cursor {
  return { live: batch.live ?? cursor.live, backfill: batch.backfill ?? cursor.backfill };
}

export type Lane = 'LIVE' | 'BACKFILL';

/** What of a batch is not entries. */
export interface BatchHead {
  /** 16 hex digits */
  readonly epoch: string;
  readonly readVersion: number;
  readonly cursor: Cursor;
  readonly snapshotBegin: boolean;
  readonly snapshotEnd: boolean;
  readonly chain?: VersionChain;
}

export interface VersionChain {
  readonly version: number;
  readonly lists: readonly VersionList[];
}

export interface VersionList {
  readonly version: number;
  readonly keys: readonly string[];
  readonly expiresAtMillis: number;
}
