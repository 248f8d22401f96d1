import type { BatchHead, Change, VersionChain, VersionList } from './change.ts';
import { toText } from './text.ts';
import { readValue } from './value-reader.ts';
import { CodecException } from './wire-error.ts';
import { BYTES, FIXED64, VARINT, WireReader } from './wire-reader.ts';

/** Most entries of a batch (P45). */
const MAX_ENTRIES = 1 << 18;

/** Most bytes a key shares with the one before it: bounds what a small batch can unfold to. */
const MAX_SHARED = 255;
const MAX_CURSOR_BYTES = 1024;
const LAST_FIELD = 16;
const WITH_EXPIRY = 16;
const WITH_PART = 32;
const LAST_PART = 64;
const NO_KEY = new Uint8Array(0);

/**
 * Reads a batch and trusts none of it: every count, length, sum and version is checked against what
 * is there, and every column must end with the last entry.
 *
 * The head is read at once, entries are read as many at a time as the caller has time for.
 */
export class BatchDecoder {
  readonly head: BatchHead;
  /** How many entries there are. */
  readonly count: number;
  private readonly columns = new Map<number, WireReader>();
  private read = 0;
  private version: number;
  private expiry = 0;
  private keyBefore = NO_KEY;

  constructor(raw: Uint8Array) {
    this.head = this.readHead(new WireReader(raw));
    this.count = this.column(7).remaining; // a kind is one byte
    if (this.count > MAX_ENTRIES) {
      throw new CodecException('TOO_LARGE', `a batch of ${this.count} entries: at most ${MAX_ENTRIES} expected`);
    }
    this.version = this.head.readVersion;
    if (this.count === 0) {
      this.requireEnded();
    }
  }

  /** The whole batch. */
  static decode(raw: Uint8Array): { head: BatchHead; changes: Change[] } {
    const decoder = new BatchDecoder(raw);
    return { head: decoder.head, changes: decoder.next(decoder.count) };
  }

  get left(): number {
    return this.count - this.read;
  }

  /** At most this many further entries. */
  next(limit: number): Change[] {
    const changes: Change[] = [];
    while (changes.length < limit && this.read < this.count) {
      changes.push(this.readChange());
      this.read++;
    }
    if (this.read === this.count) {
      this.requireEnded();
    }
    return changes;
  }

  private readHead(from: WireReader): BatchHead {
    const head: Record<number, unknown> = {};
    let seen = 0;
    for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
      const field = tag >>> 3;
      if (field <= LAST_FIELD) {
        if ((seen & (1 << field)) !== 0) {
          throw new CodecException('MALFORMED', `field ${field} stands twice in a batch`);
        }
        seen |= 1 << field;
      }
      this.readField(from, tag, head);
    }
    return {
      epoch: (head[1] as string | undefined) ?? '0000000000000000',
      readVersion: (head[2] as number | undefined) ?? 0,
      cursor: { live: head[3] as Uint8Array | undefined, backfill: head[4] as Uint8Array | undefined },
      snapshotBegin: Boolean(head[5]),
      snapshotEnd: Boolean(head[6]),
      chain: head[15] as VersionChain | undefined,
    };
  }

  private readField(from: WireReader, tag: number, head: Record<number, unknown>): void {
    const field = tag >>> 3;
    if (tag === ((1 << 3) | FIXED64)) {
      head[1] = hex64(from.readFixed64());
    } else if (tag === ((2 << 3) | VARINT) || tag === ((5 << 3) | VARINT) || tag === ((6 << 3) | VARINT)) {
      head[field] = from.readVarint();
    } else if (tag === ((3 << 3) | BYTES) || tag === ((4 << 3) | BYTES)) {
      head[field] = readCursorPart(from);
    } else if (tag === ((15 << 3) | BYTES)) {
      head[15] = readChain(from.readNested());
    } else if ((tag & 7) === BYTES && field >= 7 && field <= LAST_FIELD) {
      this.columns.set(field, from.readNested());
    } else {
      from.skipUnknown(tag, LAST_FIELD);
    }
  }

  private column(field: number): WireReader {
    let column = this.columns.get(field);
    if (column === undefined) {
      column = WireReader.empty();
      this.columns.set(field, column);
    }
    return column;
  }

  private readChange(): Change {
    this.version += this.column(11).readZigZag();
    const kind = this.column(7).readByte();
    const key = this.readKey();
    const version = this.version;
    if (version < 1) {
      throw new CodecException('BAD_VALUE', `version ${version} of key '${key}': at least 1 expected`);
    }
    const type = kind & 15;
    const part = (kind & WITH_PART) !== 0;
    const last = (kind & LAST_PART) !== 0;
    if (kind > 127 || type > 7 || (last && !part) || (type === 0 && kind !== 0)) {
      throw new CodecException('BAD_VALUE', `kind ${kind} of key '${key}' is not known`);
    }
    if (type === 0) {
      return { kind: 'remove', key, version };
    }
    const expiresAtMillis = (kind & WITH_EXPIRY) !== 0 ? this.readExpiry(key) : 0;
    const index = part ? this.readPart(key) : 0;
    const length = this.column(13).readVarint();
    const value = readValue(type, this.column(14).slice(length), part);
    return part
      ? { kind: 'part', key, version, index, last, slice: value, expiresAtMillis }
      : { kind: 'put', key, version, value, expiresAtMillis };
  }

  private readKey(): string {
    const before = this.keyBefore;
    const shared = this.column(8).readVarint();
    if (shared > Math.min(before.length, MAX_SHARED)) {
      throw new CodecException(
        'BAD_VALUE',
        `a key shares ${shared} bytes with one of ${before.length}: at most that many and ${MAX_SHARED} expected`,
      );
    }
    const rest = this.column(10).readBytes(this.column(9).readVarint());
    const key = new Uint8Array(shared + rest.length);
    key.set(before.subarray(0, shared));
    key.set(rest, shared);
    this.keyBefore = key;
    return toText(key);
  }

  private readExpiry(key: string): number {
    this.expiry += this.column(12).readZigZag();
    if (this.expiry < 1) {
      throw new CodecException('BAD_VALUE', `expiry ${this.expiry} of key '${key}': Unix milliseconds expected`);
    }
    return this.expiry;
  }

  private readPart(key: string): number {
    const index = this.column(16).readVarint();
    if (index > 0x7fffffff) {
      throw new CodecException('BAD_VALUE', `slice ${index} of key '${key}' is out of range`);
    }
    return index;
  }

  private requireEnded(): void {
    for (const [field, column] of this.columns) {
      if (column.remaining > 0) {
        throw new CodecException(
          'BAD_VALUE',
          `column ${field} has ${column.remaining} bytes behind the last entry`,
        );
      }
    }
  }
}

/** Sixteen digits. */
export function hex64([low, high]: readonly [number, number]): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function readCursorPart(from: WireReader): Uint8Array {
  const part = from.readBytesField();
  if (part.length > MAX_CURSOR_BYTES) {
    throw new CodecException(
      'BAD_VALUE',
      `a cursor part of ${part.length} bytes: at most ${MAX_CURSOR_BYTES} expected`,
    );
  }
  return part.slice(); // a copy: it outlives the batch
}

function readChain(from: WireReader): VersionChain {
  let version = 0;
  const lists: VersionList[] = [];
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === ((1 << 3) | VARINT)) {
      version = from.readVarint();
    } else if (tag === ((2 << 3) | BYTES)) {
      lists.push(readList(from.readNested()));
    } else {
      from.skipUnknown(tag, 2);
    }
  }
  return { version, lists };
}

function readList(from: WireReader): VersionList {
  let version = 0;
  let expiresAtMillis = 0;
  const keys: string[] = [];
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === ((1 << 3) | VARINT)) {
      version = from.readVarint();
    } else if (tag === ((2 << 3) | BYTES)) {
      keys.push(toText(from.readBytesField()));
    } else if (tag === ((3 << 3) | FIXED64)) {
      const [low, high] = from.readFixed64();
      expiresAtMillis = high * 4294967296 + low;
    } else {
      from.skipUnknown(tag, 3);
    }
  }
  return { version, keys, expiresAtMillis };
}
