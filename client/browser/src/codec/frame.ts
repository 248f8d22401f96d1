import type { Cursor, Lane } from './change.ts';
import { hex64 } from './batch-decoder.ts';
import { ProtocolException } from './wire-error.ts';
import { BYTES, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Largest frame (P2). */
export const MAX_FRAME_BYTES = 256 * 1024;

export const CODECS = ['unspecified', 'none', 'zstd', 'gzip', 'lz4', 'xz'] as const;
export type Codec = (typeof CODECS)[number];

export const LEVELS = ['unspecified', 'realtime', 'high', 'low', 'idle'] as const;
export type Level = (typeof LEVELS)[number];

type U64 = readonly [low: number, high: number];

export interface FeedRequest {
  readonly feed: number;
  readonly database: number;
  readonly collection: string;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly level: Level;
  readonly cursors: readonly Cursor[];
  /** Whether what is here can be compared (P100): 0 = no, 1 = nothing is here, 2 = yes. */
  readonly holds: 0 | 1 | 2;
}

export interface Hello {
  readonly protocol: number;
  readonly clientId: string;
  readonly token: string;
  readonly codecs: readonly Codec[];
  readonly feeds: readonly FeedRequest[];
  readonly windowBytes: number;
  readonly maxBatchBytes: number;
  readonly blockBytes: number;
}

export interface FeedGrant {
  readonly feed: number;
  readonly level: Level;
  readonly versioned: boolean;
  readonly epoch: string;
  readonly resume: 'unspecified' | 'resumed' | 'snapshot' | 'reconcile';
  readonly reason: string;
  readonly keys: number;
}

export interface Welcome {
  readonly protocol: number;
  readonly hubId: string;
  readonly codec: Codec;
  readonly blockBytes: number;
  readonly keepaliveMillis: number;
  readonly feeds: readonly FeedGrant[];
}

export interface BatchHeader {
  readonly codec: Codec;
  readonly rawBytes: number;
  readonly sentBytes: number;
  readonly checksum: U64;
}

export interface Block {
  readonly feed: number;
  readonly lane: Lane;
  readonly batch: number;
  readonly index: number;
  readonly data: Uint8Array;
  readonly header?: BatchHeader;
}

/** What a hub says, by the name of its message. */
export type HubFrame =
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'ping'; readonly nonce: U64 }
  | { readonly kind: 'pong'; readonly nonce: U64; readonly unixMicros: number }
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  | { readonly kind: 'key_answer'; readonly query: number; readonly present: Uint8Array }
  | RunFrame;

/** Something about a comparison: only the part that makes them looks inside. */
export interface RunFrame {
  readonly kind: 'run';
  readonly message: number;
  readonly fields: Fields;
}

// ---- what a client says ----

export function helloFrame(hello: Hello): Uint8Array<ArrayBuffer> {
  return frame(1, (out) => {
    out.number(1, hello.protocol).text(2, hello.clientId).text(3, hello.token);
    out.packed(4, hello.codecs.map((codec) => CODECS.indexOf(codec)));
    hello.feeds.forEach((feed) => out.message(5, (nested) => writeFeed(nested, feed)));
    out.number(6, hello.windowBytes).number(7, hello.maxBatchBytes).number(8, hello.blockBytes);
  });
}

function writeFeed(out: WireWriter, feed: FeedRequest): void {
  const encoder = new TextEncoder();
  out.number(1, feed.feed).number(2, feed.database).text(3, feed.collection);
  feed.includes.forEach((glob) => out.field(4, encoder.encode(glob)));
  feed.excludes.forEach((glob) => out.field(5, encoder.encode(glob)));
  out.number(6, LEVELS.indexOf(feed.level));
  feed.cursors.forEach((cursor) =>
    out.message(7, (nested) => {
      if (cursor.live !== undefined) {
        nested.field(1, cursor.live);
      }
      if (cursor.backfill !== undefined) {
        nested.field(2, cursor.backfill);
      }
    }),
  );
  out.number(10, feed.holds);
}

/** @param windowBytes from now on, 0 = as it was (P161) */
export function ackFrame(batches: readonly number[], receivedBytes: number, windowBytes = 0): Uint8Array<ArrayBuffer> {
  return frame(4, (out) => out.packed(1, batches).number(2, receivedBytes).number(14, windowBytes));
}

export function pingFrame(nonce: U64): Uint8Array<ArrayBuffer> {
  return frame(5, (out) => out.fixed64(1, nonce));
}

export function pongFrame(nonce: U64, unixMicros: number): Uint8Array<ArrayBuffer> {
  const high = Math.floor(unixMicros / 4294967296);
  return frame(6, (out) => out.fixed64(1, nonce).fixed64(2, [unixMicros - high * 4294967296, high]));
}

export function errorFrame(code: number, text: string): Uint8Array<ArrayBuffer> {
  return frame(7, (out) => out.number(1, code).text(2, text.slice(0, 500)));
}

export function keyQueryFrame(feed: number, query: number, keys: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return frame(8, (out) => {
    out.number(1, feed).number(2, query);
    keys.forEach((key) => out.field(3, key));
  });
}

/** A client's message about a comparison. */
export function runFrame(message: number, feed: number, run: number, write: (out: WireWriter) => void): Uint8Array<ArrayBuffer> {
  return frame(message, (out) => {
    out.number(1, feed).number(2, run);
    write(out);
  });
}

function frame(field: number, write: (out: WireWriter) => void): Uint8Array<ArrayBuffer> {
  return new WireWriter().message(field, write).finish();
}

// ---- what a hub says ----

/**
 * Reads one frame. Of two messages in one frame the last counts, as Protobuf has it.
 *
 * @throws ProtocolException if it is no frame, or one that a hub does not send
 */
export function readFrame(bytes: Uint8Array): HubFrame {
  if (bytes.length > MAX_FRAME_BYTES) {
    throw new ProtocolException(
      'FRAME_TOO_LARGE',
      `a frame of ${bytes.length} bytes: at most ${MAX_FRAME_BYTES} expected`,
    );
  }
  try {
    return readMessage(new WireReader(bytes));
  } catch (e) {
    if (e instanceof ProtocolException && e.code === 'BAD_BATCH') {
      throw new ProtocolException('BAD_FRAME', `not a frame: ${e.message}`);
    }
    throw e;
  }
}

function readMessage(from: WireReader): HubFrame {
  let message: HubFrame | undefined;
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    const field = tag >>> 3;
    const read = READERS[field];
    if ((tag & 7) !== BYTES || (field > 9 && read === undefined)) {
      from.skip(tag);
      continue;
    }
    if (read === undefined) {
      throw new ProtocolException('BAD_FRAME', `message ${field} from a hub`);
    }
    message = read(fields(from.readNested()));
  }
  if (message === undefined) {
    throw new ProtocolException('BAD_FRAME', 'a frame without a message that is known');
  }
  return message;
}

const run = (message: number) => (f: Fields): RunFrame => ({ kind: 'run', message, fields: f });

const READERS: Record<number, (fields: Fields) => HubFrame> = {
  2: (f) => ({ kind: 'welcome', welcome: readWelcome(f) }),
  3: (f) => ({ kind: 'block', block: readBlock(f) }),
  5: (f) => ({ kind: 'ping', nonce: f.fixed64(1) }),
  6: (f) => ({ kind: 'pong', nonce: f.fixed64(1), unixMicros: f.fixed64(2)[1] * 4294967296 + f.fixed64(2)[0] }),
  7: (f) => ({ kind: 'error', code: f.number(1), text: f.text(2) }),
  9: (f) => ({ kind: 'key_answer', query: f.number(1), present: f.bytes(2) }),
  11: run(11),
  13: run(13),
  15: run(15),
  16: run(16),
};

function readWelcome(f: Fields): Welcome {
  return {
    protocol: f.number(1),
    hubId: f.text(2),
    codec: CODECS[f.number(3)] ?? 'unspecified',
    blockBytes: f.number(4),
    keepaliveMillis: f.number(5),
    feeds: f.all(6).map((bytes) => readGrant(fields(new WireReader(bytes)))),
  };
}

function readGrant(f: Fields): FeedGrant {
  return {
    feed: f.number(1),
    level: LEVELS[f.number(2)] ?? 'unspecified',
    versioned: f.number(3) !== 0,
    epoch: hex64(f.fixed64(4)),
    resume: (['unspecified', 'resumed', 'snapshot', 'reconcile'] as const)[f.number(5)] ?? 'unspecified',
    reason: f.text(6),
    keys: f.number(7),
  };
}

function readBlock(f: Fields): Block {
  const lane = f.number(2);
  if (lane > 1) {
    throw new ProtocolException('BAD_FRAME', `lane ${lane}: 0 or 1 expected`);
  }
  const header = f.has(6) ? fields(new WireReader(f.bytes(6))) : undefined;
  return {
    feed: f.number(1),
    lane: lane === 0 ? 'LIVE' : 'BACKFILL',
    batch: f.number(3),
    index: f.number(4),
    data: f.bytes(5),
    header: header && {
      codec: CODECS[header.number(1)] ?? 'unspecified',
      rawBytes: header.number(2),
      sentBytes: header.number(3),
      checksum: header.fixed64(4),
    },
  };
}

/** The fields of one message, by number; nothing is copied. */
export class Fields {
  private readonly values = new Map<number, (number | U64 | Uint8Array)[]>();

  add(field: number, value: number | U64 | Uint8Array): void {
    const before = this.values.get(field);
    if (before === undefined) {
      this.values.set(field, [value]);
    } else {
      before.push(value);
    }
  }

  has(field: number): boolean {
    return this.values.has(field);
  }

  number(field: number): number {
    const value = this.last(field) ?? 0;
    if (typeof value !== 'number') {
      throw wrongType(field);
    }
    return value;
  }

  fixed64(field: number): U64 {
    const value = this.last(field) ?? ([0, 0] as const);
    if (typeof value === 'number' || value instanceof Uint8Array) {
      throw wrongType(field);
    }
    return value;
  }

  bytes(field: number): Uint8Array {
    const value = this.last(field) ?? new Uint8Array(0);
    if (!(value instanceof Uint8Array)) {
      throw wrongType(field);
    }
    return value;
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  all(field: number): Uint8Array[] {
    return (this.values.get(field) ?? []).map((value) => {
      if (!(value instanceof Uint8Array)) {
        throw wrongType(field);
      }
      return value;
    });
  }

  private last(field: number): number | U64 | Uint8Array | undefined {
    return this.values.get(field)?.at(-1);
  }
}

function wrongType(field: number): ProtocolException {
  return new ProtocolException('BAD_FRAME', `field ${field} has a wire type that is not its own`);
}

function fields(from: WireReader): Fields {
  const found = new Fields();
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    switch (tag & 7) {
      case 0:
        found.add(tag >>> 3, from.readVarint());
        break;
      case 1:
        found.add(tag >>> 3, from.readFixed64());
        break;
      case BYTES:
        found.add(tag >>> 3, from.readBytesField());
        break;
      default:
        from.skip(tag);
    }
  }
  return found;
}

