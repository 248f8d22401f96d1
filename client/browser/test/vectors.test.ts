import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BatchDecoder, hex64 } from '../src/codec/batch-decoder.ts';
import { decompress, supportedCodecs, unfold } from '../src/codec/compression.ts';
import * as frames from '../src/codec/frame.ts';
import type { Lane } from '../src/codec/change.ts';
import { CodecException, ProtocolException, WIRE_ERRORS, wireErrorOf } from '../src/codec/wire-error.ts';
import { toBytes } from '../src/codec/text.ts';
import { xxh3 } from '../src/codec/xxh3.ts';
import { batchText } from './batch-text.ts';
import { parseTextFormat, readVectors, type Vector } from './vector.ts';

const vectors = readVectors();

test('there are vectors of every kind', () => {
  assert.ok(vectors.length > 35);
  for (const kind of ['frame', 'batch', 'bad-batch', 'compressed']) {
    assert.ok(
      vectors.some((vector) => vector.kind === kind),
      kind,
    );
  }
});

for (const vector of vectors) {
  test(`${vector.name}: ${vector.what} (${vector.rules.join(' ')})`, async () => {
    switch (vector.kind) {
      case 'frame':
        return checkFrame(vector);
      case 'batch':
        return checkBatch(vector);
      case 'bad-batch':
        return checkBadBatch(vector);
      case 'compressed':
        return checkCompressed(vector);
      default:
        // A kind of another part of the protocol; each kind known here is counted above.
        return undefined;
    }
  });
}

function checkBatch(vector: Vector): void {
  const lane: Lane = vector.means.startsWith('LIVE') ? 'LIVE' : 'BACKFILL';
  const { head, changes } = BatchDecoder.decode(vector.bytes);
  assert.equal(batchText(lane, head, changes), vector.means);
  // one entry at a time gives the same
  const slowly = new BatchDecoder(vector.bytes);
  const one = Array.from({ length: slowly.count }, () => slowly.next(1)).flat();
  assert.equal(batchText(lane, slowly.head, one), vector.means);
}

function checkBadBatch(vector: Vector): void {
  assert.throws(
    () => BatchDecoder.decode(vector.bytes),
    (e) => e instanceof CodecException && e.category === vector.means.trim(),
    `${vector.what}: ${vector.means.trim()} expected`,
  );
}

async function checkCompressed(vector: Vector): Promise<void> {
  const means = Object.fromEntries(
    vector.means
      .trim()
      .split('\n')
      .map((line) => line.split(': ')),
  ) as Record<string, string>;
  const codec = means.codec as frames.Codec;
  if (codec !== 'none' && !supportedCodecs().includes(codec)) {
    // What this platform has not is not offered (P12), so a hub never sends it.
    await assert.rejects(unfold(vector.bytes, codec, 400), CodecException);
    return;
  }
  const digits = means.checksum;
  const checksum = [parseInt(digits.slice(8), 16), parseInt(digits.slice(0, 8), 16)] as const;
  const rawBytes = Number(means.raw_bytes);
  const header = { codec, rawBytes, sentBytes: vector.bytes.length, checksum };
  const batch = { lane: 'LIVE' as const, number: 1, header, data: vector.bytes };
  const raw = await decompress(batch);
  assert.equal(hex64(xxh3(raw)), digits);
  await rejects({ ...batch, header: { ...header, checksum: [checksum[0] ^ 1, checksum[1]] } }, 'CHECKSUM');
  await rejects({ ...batch, header: { ...header, rawBytes: rawBytes - 1 } }, 'COMPRESSION');
  await rejects({ ...batch, header: { ...header, rawBytes: rawBytes + 1 } }, 'COMPRESSION');
}

async function rejects(batch: Parameters<typeof decompress>[0], category: string): Promise<void> {
  await assert.rejects(decompress(batch), (e) => e instanceof CodecException && e.category === category);
}

/** Frames of the hub are read, those of the client written, each against the vector. */
function checkFrame(vector: Vector): void {
  const frame = undelimited(vector.bytes);
  const means = parseTextFormat(vector.means);
  const [kind] = Object.keys(means);
  const check = FRAMES[kind];
  if (check === undefined) {
    // of another part of the protocol: this client does not speak it and refuses it
    assert.throws(() => frames.readFrame(frame), (e) => e instanceof ProtocolException && e.code === 'BAD_FRAME');
    return;
  }
  const fields = means[kind] as Record<string, never>;
  if (Object.keys(fields).every((field) => !(kind in WRITTEN) || WRITTEN[kind].includes(field))) {
    check(frame, fields);
  }
}

/** What this client puts into its messages; a vector with more is another client's. */
const WRITTEN: Record<string, string[]> = {
  hello: ['protocol', 'client_id', 'token', 'codecs', 'feeds', 'window_bytes', 'max_batch_bytes', 'block_bytes'],
  ack: ['batches', 'received_bytes', 'window_bytes'],
};

test('the vectors have every message that this client speaks', () => {
  const spoken = vectors.filter(({ kind }) => kind === 'frame').map(({ means }) => Object.keys(parseTextFormat(means))[0]);
  for (const kind of Object.keys(FRAMES)) {
    assert.ok(spoken.includes(kind), kind);
  }
});

function undelimited(bytes: Uint8Array): Uint8Array {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const b = bytes[at++];
    length |= (b & 0x7f) << shift;
    if (b < 0x80) {
      break;
    }
  }
  assert.equal(bytes.length - at, length);
  return bytes.subarray(at);
}

const FRAMES: Record<string, (frame: Uint8Array, means: Record<string, never>) => void> = {
  hello(frame, means: Record<string, unknown>) {
    const feed = means.feeds as Record<string, unknown>;
    const cursors = feed.cursors as Record<string, string>[];
    const part = (text: string | undefined) => (text === undefined ? undefined : toBytes(text));
    same(
      frames.helloFrame({
        protocol: Number(means.protocol),
        clientId: means.client_id as string,
        token: means.token as string,
        codecs: (means.codecs as string[]).map((codec) => codec.replace('CODEC_', '').toLowerCase() as frames.Codec),
        feeds: [
          {
            feed: Number(feed.feed),
            database: Number(feed.database),
            collection: '',
            includes: [feed.includes as string],
            excludes: [feed.excludes as string],
            level: (feed.level as string).replace('LEVEL_', '').toLowerCase() as frames.Level,
            cursors: cursors.map(({ live, backfill }) => ({ live: part(live), backfill: part(backfill) })),
            holds: 0,
          },
        ],
        windowBytes: Number(means.window_bytes),
        maxBatchBytes: Number(means.max_batch_bytes),
        blockBytes: 0,
      }),
      frame,
    );
  },
  welcome(frame, means: Record<string, unknown>) {
    const read = frames.readFrame(frame);
    assert.equal(read.kind, 'welcome');
    const { welcome } = read as Extract<frames.HubFrame, { kind: 'welcome' }>;
    const grant = means.feeds as Record<string, unknown>;
    assert.equal(welcome.protocol, Number(means.protocol));
    assert.equal(welcome.hubId, means.hub_id);
    assert.equal(`CODEC_${welcome.codec.toUpperCase()}`, means.codec);
    assert.equal(welcome.blockBytes, Number(means.block_bytes));
    assert.equal(welcome.keepaliveMillis, Number(means.keepalive_millis));
    assert.equal(welcome.feeds.length, 1);
    assert.equal(welcome.feeds[0].feed, Number(grant.feed));
    assert.equal(BigInt(`0x${welcome.feeds[0].epoch}`), grant.epoch);
    assert.equal(welcome.feeds[0].resume.toUpperCase(), grant.resume);
    assert.equal(welcome.feeds[0].reason, grant.reason);
    assert.equal(welcome.feeds[0].keys, Number(grant.keys));
  },
  block(frame, means: Record<string, unknown>) {
    const read = frames.readFrame(frame);
    assert.equal(read.kind, 'block');
    const { block } = read as Extract<frames.HubFrame, { kind: 'block' }>;
    assert.equal(block.feed, Number(means.feed));
    assert.equal(`LANE_${block.lane}`, means.lane ?? 'LANE_LIVE');
    assert.equal(block.batch, Number(means.batch));
    assert.equal(block.index, Number(means.index ?? 0));
    assert.equal(new TextDecoder().decode(block.data), means.data);
    const header = means.header as Record<string, unknown> | undefined;
    assert.equal(block.header === undefined, header === undefined);
    if (block.header !== undefined && header !== undefined) {
      assert.equal(block.header.rawBytes, Number(header.raw_bytes));
      assert.equal(block.header.sentBytes, Number(header.sent_bytes));
      assert.equal(BigInt(`0x${hex64(block.header.checksum)}`), BigInt.asUintN(64, header.checksum as bigint));
    }
  },
  ack(frame, means: Record<string, unknown>) {
    const batches = [means.batches as bigint | bigint[]].flat().map(Number);
    same(frames.ackFrame(batches, Number(means.received_bytes), Number(means.window_bytes ?? 0)), frame);
  },
  ping(frame) {
    assert.deepEqual(frames.readFrame(frame), { kind: 'ping', nonce: [0xffffffff, 0xffffffff] });
    same(frames.pingFrame([0xffffffff, 0xffffffff]), frame);
  },
  pong(frame, means: Record<string, unknown>) {
    const micros = Number(means.unix_micros);
    assert.deepEqual(frames.readFrame(frame), {
      kind: 'pong',
      nonce: [0xffffffff, 0xffffffff],
      unixMicros: micros,
    });
    same(frames.pongFrame([0xffffffff, 0xffffffff], micros), frame);
  },
  error(frame, means: Record<string, unknown>) {
    const code = Number(means.code);
    assert.deepEqual(frames.readFrame(frame), { kind: 'error', code, text: means.text });
    same(frames.errorFrame(code, means.text as string), frame);
  },
  key_query(frame, means: Record<string, unknown>) {
    const keys = (means.keys as string[]).map(toBytes);
    same(frames.keyQueryFrame(Number(means.feed), Number(means.query), keys), frame);
  },
  key_answer(frame, means: Record<string, unknown>) {
    const read = frames.readFrame(frame) as Extract<frames.HubFrame, { kind: 'key_answer' }>;
    assert.equal(read.query, Number(means.query));
    assert.deepEqual([...read.present], [2]);
  },
};

function same(found: Uint8Array, expected: Uint8Array): void {
  assert.deepEqual([...found], [...expected]);
}

test('the table of errors is the one of protocol.md (P80)', () => {
  const rows = readFileSync('../../spec/protocol.md', 'utf8').matchAll(/^\| (\d+) \| ([A-Z_]+) \| (yes|no) \| (.*) \|$/gm);
  const table = Object.fromEntries(
    [...rows].map(([, code, name, again, meaning]) => [name, [Number(code), again === 'yes', meaning]]),
  );
  assert.deepEqual(table, JSON.parse(JSON.stringify(WIRE_ERRORS)));
  assert.equal(wireErrorOf(4711).retryable, true);
});
