import type { toBytes } from '../codec/text.ts';
import type { ProtocolException } from '../codec/wire-error.ts';
import type { WireWriter } from '../codec/wire-writer.ts';
import type { xxh3 } from '../codec/xxh3.ts';

/**
 * What the main file of the client lends to this one: it is not shipped twice. So nothing in this folder
 * imports from others but types.
 */
export interface Lent {
  readonly xxh3: typeof xxh3;
  readonly toBytes: typeof toBytes;
  readonly WireWriter: typeof WireWriter;
  readonly ProtocolException: typeof ProtocolException;
}

export let lent: Lent;

export function borrow(from: Lent): void {
  lent = from;
}

/** What is to be thrown at a hub that sent what it may not. */
export function bad(text: string): Error {
  return new lent.ProtocolException('BAD_FRAME', `${text} in a reconcile`);
}
