import { BatchDecoder } from '../codec/batch-decoder.ts';
import type { BatchHead, Lane } from '../codec/change.ts';
import { CodecException } from '../codec/wire-error.ts';
import type { Sink } from './sink.ts';
import type { LoadResponse, Loop } from './transport.ts';

const SLICE_ENTRIES = 128;
const SLICE_MILLIS = 8;
const MAX_VARINT_BYTES = 5;

/** What an initial load tells. */
export interface LoadObserver {
  loaded(keys: number, rawBytes: number): void;
  ended(): boolean;
}

/**
 * An initial load over HTTP, or updates that come like one: `Batch` messages, each behind its length, in the
 * order in which they are to be applied (P128, P129, P160). What came whole counts when the rest is cut: the
 * sink has its cursor, from which the next load or the WebSocket goes on (P130).
 */
export async function initialLoad(
  response: LoadResponse,
  sink: Sink,
  loop: Loop,
  maxBatchBytes: number,
  observer: LoadObserver,
): Promise<void> {
  let epoch: string | undefined;
  for await (const raw of delimited(response.body, maxBatchBytes)) {
    const decoder = new BatchDecoder(raw);
    const { head } = decoder;
    if (epoch !== undefined && head.epoch !== epoch && !head.snapshotBegin) {
      throw new CodecException('BAD_VALUE', `a batch of epoch ${head.epoch} behind those of ${epoch}`);
    }
    epoch = head.epoch;
    if (!(await apply(decoder, laneOf(head), sink, loop, observer))) {
      return;
    }
    observer.loaded(decoder.count, raw.length);
  }
}

/** A batch with both parts is a turn and has no entries (P128). */
function laneOf(head: BatchHead): Lane {
  return head.cursor.backfill === undefined ? 'LIVE' : 'BACKFILL';
}

/** @returns false if nobody wants it any more */
async function apply(
  decoder: BatchDecoder,
  lane: Lane,
  sink: Sink,
  loop: Loop,
  observer: LoadObserver,
): Promise<boolean> {
  sink.batchBegins(lane, decoder.head);
  if (!(await applyEntries(decoder, lane, sink, loop, observer))) {
    return false;
  }
  sink.batchEnds(decoder.head);
  return true;
}

/** In slices, so that the page can draw. @returns false if nobody wants it any more */
export async function applyEntries(
  decoder: BatchDecoder,
  lane: Lane,
  sink: Sink,
  loop: Loop,
  observer: LoadObserver,
): Promise<boolean> {
  let begun = loop.nowMillis();
  while (decoder.left > 0) {
    sink.apply(decoder.next(SLICE_ENTRIES), lane);
    if (loop.nowMillis() - begun >= SLICE_MILLIS) {
      await loop.breathe();
      if (observer.ended()) {
        return false;
      }
      begun = loop.nowMillis();
    }
  }
  return true;
}

/** The messages of a stream, each behind its length as a varint. */
export async function* delimited(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let waiting = new Uint8Array(0);
  for await (const chunk of body) {
    waiting = joined(waiting, chunk);
    for (let frame = first(waiting, maxBytes); frame !== undefined; frame = first(waiting, maxBytes)) {
      waiting = waiting.subarray(frame.end);
      if (frame.message.length > 0) {
        yield frame.message; // nothing is what keeps an idle answer alive (P160)
      }
    }
  }
  if (waiting.length > 0) {
    throw new CodecException('TRUNCATED', `the load ends inside a batch, ${waiting.length} bytes of it came`);
  }
}

function joined(before: Uint8Array, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(before.length + chunk.length);
  both.set(before);
  both.set(chunk, before.length);
  return both;
}

/** The first message, if all of it is there. */
function first(bytes: Uint8Array, maxBytes: number): { message: Uint8Array; end: number } | undefined {
  let length = 0;
  let scale = 1;
  for (let at = 0; at < bytes.length; at++) {
    if (at === MAX_VARINT_BYTES) {
      throw new CodecException('MALFORMED', 'a length of more than 5 bytes');
    }
    length += (bytes[at] & 0x7f) * scale;
    scale *= 128;
    if (bytes[at] < 0x80) {
      if (length > maxBytes) {
        throw new CodecException('TOO_LARGE', `a batch of ${length} bytes: at most ${maxBytes} expected`);
      }
      const end = at + 1 + length;
      return end <= bytes.length ? { message: bytes.subarray(at + 1, end), end } : undefined;
    }
  }
  return undefined;
}
