import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireWriter } from '../src/codec/wire-writer.ts';
import { LoadRefused, type LoadRequest } from '../src/receiver/transport.ts';
import { encodeBatch, joined, type TestBatch } from './batch-encoder.ts';
import { cursor, put, remove, Rig, settled } from './rig.ts';

const LOAD: TestBatch = {
  readVersion: 10,
  snapshotBegin: true,
  snapshotEnd: true,
  cursor: cursor('l0', ''),
  changes: [put('a', 3, '1')],
};

/** An answer that goes on as long as the test wants, or until it is given up, as `fetch` has it. */
class Endless {
  private readonly waiting: ((result: Promise<IteratorResult<Uint8Array>>) => void)[] = [];
  private readonly ready: Uint8Array[] = [];
  returned = false;

  send(bytes: Uint8Array): void {
    const next = this.waiting.shift();
    if (next === undefined) {
      this.ready.push(bytes);
    } else {
      next(Promise.resolve({ done: false, value: bytes }));
    }
  }

  end(): void {
    this.waiting.shift()?.(Promise.resolve({ done: true, value: undefined }));
  }

  endsWith(signal: AbortSignal): this {
    signal.addEventListener('abort', () => this.waiting.shift()?.(Promise.reject(new Error('aborted'))));
    return this;
  }

  readonly body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const value = this.ready.shift();
        return value === undefined
          ? new Promise((resolve) => this.waiting.push(resolve))
          : Promise.resolve({ done: false, value });
      },
      return: () => {
        this.returned = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

function delimited(batch: TestBatch): Uint8Array {
  const raw = encodeBatch(batch);
  return joined([new WireWriter().varint(raw.length).finish(), raw]);
}

/** A hub whose WebSockets do not open. */
async function blocked(follow: (request: LoadRequest) => Endless) {
  const rig = new Rig();
  rig.onLoad = (request) =>
    Promise.resolve(
      request.followBytes > 0
        ? follow(request).endsWith(request.signal)
        : { body: (async function* () { yield delimited(LOAD); })() },
    );
  const map = rig.hub({ loadOverHttp: true, token: 't' }).database(5).match('x*').map();
  await settled();
  return { rig, map };
}

test('updates come over HTTP where no WebSocket gets through (P160)', async () => {
  const answers = [new Endless(), new Endless()];
  const [answer, next] = answers;
  const { rig, map } = await blocked(() => answers.shift()!);
  rig.connections[0].listener.onClosed('blocked');
  await map.ready;
  assert.equal(map.status.state, 'live');
  assert.equal(map.status.over, 'http');
  const { followBytes, cursor: since, token, includes } = rig.loads[1];
  assert.deepEqual([followBytes, since, token, includes], [16384, 'bDA.', 't', ['x*']]);
  answer.send(Uint8Array.of(0)); // keeps it alive
  answer.send(delimited({ readVersion: 12, cursor: cursor('l1'), changes: [put('b', 11, '2'), remove('a', 12)] }));
  await settled();
  assert.deepEqual([...map.keys()], ['b']);
  answer.end();
  await settled();
  const then = rig.loads[2];
  assert.deepEqual([then.followBytes, then.cursor, map.status.state], [32768, 'bDE.', 'live'], 'the next answer goes on where this one was full (P196)');
  next.end();
  await rig.loop.advance(300);
  assert.equal(rig.connections.length, 2, 'the WebSocket is tried first again');
  const hub = await rig.opened();
  hub.welcome();
  await settled();
  assert.equal(map.status.over, 'websocket');
});

test('answers get as large as the link takes in a moment (P196)', async () => {
  const answers: Endless[] = [];
  const { rig } = await blocked(() => {
    answers.push(new Endless());
    return answers.at(-1)!;
  });
  rig.connections[0].listener.onClosed('blocked');
  await settled();
  const full = async (millis: number, version: number) => {
    const answer = answers.at(-1)!;
    await rig.loop.advance(millis);
    answer.send(delimited({ readVersion: version, cursor: cursor('l'), changes: [put('b', version, '2')] }));
    await settled();
    answer.end();
    await settled();
    return rig.loads.at(-1)!.followBytes;
  };
  assert.equal(await full(2000, 11), 8192);
  assert.equal(await full(2000, 12), 8192, 'the smallest');
  for (let i = 0; i < 7; i++) {
    assert.equal(await full(100, 13 + i), 16_384 << i);
  }
  assert.equal(await full(100, 20), 1 << 20, 'the largest');
  assert.equal(await full(1000, 21), 1 << 19);
});

test('what a snapshot over HTTP did not bring is not there any more (P133)', async () => {
  const answer = new Endless();
  const { rig, map } = await blocked(() => answer);
  rig.connections[0].listener.onClosed('blocked');
  await map.ready;
  const anew = { readVersion: 3, epoch: 2, snapshotBegin: true, cursor: cursor('m0', 'm') };
  answer.send(delimited(anew));
  answer.send(delimited({ ...anew, snapshotBegin: false, snapshotEnd: true, cursor: cursor(undefined, ''), changes: [put('b', 2, '2')] }));
  await settled();
  assert.deepEqual([...map.keys()], ['b']);
});

test('a hub that falls silent on HTTP is left after 30 s (P160)', async () => {
  const answer = new Endless();
  const { rig, map } = await blocked(() => answer);
  rig.connections[0].listener.onClosed('blocked');
  await rig.loop.advance(20_000);
  answer.send(Uint8Array.of(0));
  await rig.loop.advance(29_000);
  assert.equal(map.status.state, 'live');
  await rig.loop.advance(1_001);
  assert.equal(map.status.state, 'waiting');
  assert.match(map.status.message, /nothing heard from the hub for 30 s/);
  assert.ok(answer.returned);
});

test('a WebSocket that is swallowed is given up, and tried again after five minutes', async () => {
  const answers: Endless[] = [];
  const { rig, map } = await blocked(() => {
    answers.push(new Endless());
    return answers.at(-1)!;
  });
  await rig.loop.advance(20_001);
  assert.equal(map.status.over, 'http');
  for (let seconds = 0; seconds < 300; seconds += 10) {
    answers[0].send(Uint8Array.of(0));
    await rig.loop.advance(10_000);
  }
  assert.equal(rig.connections.length, 2);
  assert.equal(map.status.over, '');
  rig.connections[1].listener.onClosed('blocked');
  await settled();
  assert.equal(map.status.over, 'http');
});

test('a page that is shown again asks at once whether the hub is still there', async () => {
  const { rig, map } = await blocked(() => new Endless());
  rig.connections[0].listener.onClosed('blocked');
  await map.ready;
  rig.tell('shown');
  await settled();
  assert.equal(rig.connections.length, 2);
});

test('a hub without updates over HTTP is asked again with back-off, not in a circle', async () => {
  const rig = new Rig();
  rig.onLoad = (request) =>
    request.followBytes > 0
      ? Promise.reject(new LoadRefused(406, 'BAD_REQUEST', 'no such format'))
      : Promise.resolve({ body: (async function* () { yield delimited(LOAD); })() });
  const map = rig.hub({ loadOverHttp: true }).database(5).map();
  await settled();
  rig.connections[0].listener.onClosed('blocked');
  await settled();
  assert.equal(map.status.state, 'waiting');
  assert.equal(map.status.message, 'the connection to the hub ended: blocked');
  assert.equal(rig.connections.length, 1);
});

test('a right that ends while updates come over HTTP is said (P135)', async () => {
  const rig = new Rig();
  rig.onLoad = (request) =>
    request.followBytes > 0
      ? Promise.reject(new LoadRefused(401, 'UNAUTHENTICATED', 'the hub says: not any more'))
      : Promise.resolve({ body: (async function* () { yield delimited(LOAD); })() });
  const map = rig.hub({ loadOverHttp: true }).database(5).map();
  await settled();
  rig.connections[0].listener.onClosed('blocked');
  await assert.rejects(map.ready, { code: 'UNAUTHENTICATED' });
});
