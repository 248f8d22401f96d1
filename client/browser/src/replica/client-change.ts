import type { Value } from '../codec/value.ts';

/** A change as an application hears of it: a key's new value, or that it is gone. */
export interface ClientChange {
  readonly kind: 'put' | 'remove';
  readonly database: number;
  /** Lossless text; `toBytes` gives the bytes. */
  readonly key: string;
  /** The whole new value; undefined = the key is gone. */
  readonly value: Value | undefined;
  /** What was there before, undefined = nothing. */
  readonly previous: Value | undefined;
  /** Unix milliseconds, 0 = never */
  readonly expiresAtMillis: number;
  /** Of the source's database; 0 = not known: expired here, or a leftover of a snapshot. */
  readonly version: number;
}
