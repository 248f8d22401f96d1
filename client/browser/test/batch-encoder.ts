import type { Change, Cursor } from '../src/codec/change.ts';
import { toBytes } from '../src/codec/text.ts';
import type { Value } from '../src/codec/value.ts';
import { WireWriter } from '../src/codec/wire-writer.ts';

/** What a test's hub sends. */
export interface TestBatch {
  readonly epoch?: number;
  readonly readVersion?: number;
  readonly cursor?: Cursor;
  readonly snapshotBegin?: boolean;
  readonly snapshotEnd?: boolean;
  readonly changes?: readonly Change[];
}

const KINDS = { string: 1, hash: 2, list: 3, set: 4, zset: 5, stream: 6, opaque: 7 };

/** Writes a batch the simple way: keys share nothing. The vectors judge the reader. */
export function encodeBatch(batch: TestBatch): Uint8Array<ArrayBuffer> {
  const out = new WireWriter(1024);
  const changes = batch.changes ?? [];
  out.fixed64(1, [batch.epoch ?? 1, 0]).number(2, batch.readVersion ?? 0);
  if (batch.cursor?.live !== undefined) {
    out.field(3, batch.cursor.live);
  }
  if (batch.cursor?.backfill !== undefined) {
    out.field(4, batch.cursor.backfill);
  }
  out.number(5, batch.snapshotBegin ? 1 : 0).number(6, batch.snapshotEnd ? 1 : 0);
  const values = changes.flatMap((change) => (change.kind === 'remove' ? [] : [encodeValue(valueOf(change)!)]));
  const zigzag = (n: number) => (n < 0 ? -2 * n - 1 : 2 * n);
  const differences = (from: number, all: number[]) => all.map((n, i) => zigzag(n - (i === 0 ? from : all[i - 1])));
  const expiring = changes.flatMap((change) =>
    change.kind !== 'remove' && change.expiresAtMillis !== 0 ? [change.expiresAtMillis] : [],
  );
  const keys = changes.map(({ key }) => toBytes(key));
  out.packed(7, changes.map(kindOf));
  out.packed(8, changes.map(() => 0));
  out.packed(9, keys.map(({ length }) => length));
  out.field(10, joined(keys));
  out.packed(11, differences(batch.readVersion ?? 0, changes.map(({ version }) => version)));
  out.packed(12, differences(0, expiring));
  out.packed(13, values.map(({ length }) => length));
  out.field(14, joined(values));
  out.packed(16, changes.flatMap((change) => (change.kind === 'part' ? [change.index] : [])));
  return out.finish();
}

function valueOf(change: Change): Value | undefined {
  return change.kind === 'put' ? change.value : change.kind === 'part' ? change.slice : undefined;
}

function kindOf(change: Change): number {
  const value = valueOf(change);
  if (value === undefined || change.kind === 'remove') {
    return 0;
  }
  const part = change.kind === 'part' ? 32 + (change.last ? 64 : 0) : 0;
  return KINDS[value.type] + (change.expiresAtMillis !== 0 ? 16 : 0) + part;
}

function encodeValue(value: Value): Uint8Array {
  if (value.type === 'string') {
    return value.bytes;
  }
  if (value.type === 'list') {
    const out = new WireWriter();
    value.elements.forEach((element) => out.field(1, toBytes(element)));
    return out.finish();
  }
  if (value.type === 'hash') {
    const out = new WireWriter();
    value.allFields.forEach((_, name) => out.field(1, toBytes(name)));
    value.allFields.forEach((field) => out.field(2, toBytes(field)));
    return out.finish();
  }
  throw new Error(`the test's hub does not write a ${value.type}`);
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
