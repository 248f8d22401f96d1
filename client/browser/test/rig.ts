import type { Change, Cursor, Lane } from '../src/codec/change.ts';
import { StringValue } from '../src/codec/value.ts';
import { WireReader } from '../src/codec/wire-reader.ts';
import { WireWriter } from '../src/codec/wire-writer.ts';
import { xxh3 } from '../src/codec/xxh3.ts';
import { connect, type Hub } from '../src/connect.ts';
import type { ConnectOptions } from '../src/hub-context.ts';
import type { LoadReconcile } from '../src/receiver/feed-runs.ts';
import {
  LoadRefused,
  type Cancel,
  type ConnectionListener,
  type LoadRequest,
  type LoadResponse,
  type Loop,
  type Manifest,
  type Transport,
} from '../src/receiver/transport.ts';
import type { Surroundings } from '../src/replica/surroundings.ts';
import { StoreTaken, type EntryStore, type Kept } from '../src/replica/entry-store.ts';
import type { FeedState, Held } from '../src/replica/entries.ts';
import { encodeBatch, type TestBatch } from './batch-encoder.ts';

/** Time that moves when the test says so. */
export class TestLoop implements Loop {
  now = 1_000_000;
  isHidden = false;
  breaths = 0;
  private tasks: { at: number; task: () => void }[] = [];

  nowMillis(): number {
    return this.now;
  }

  unixMillis(): number {
    return 1_700_000_000_000 + this.now;
  }

  schedule(millis: number, task: () => void): Cancel {
    const entry = { at: this.now + millis, task };
    this.tasks.push(entry);
    return () => {
      this.tasks = this.tasks.filter((other) => other !== entry);
    };
  }

  breathe(): Promise<void> {
    this.breaths++;
    return new Promise((resolve) => setImmediate(resolve));
  }

  hidden(): boolean {
    return this.isHidden;
  }

  random(): number {
    return 0;
  }

  /** Runs what is due until then, in order, and what that leads to. */
  async advance(millis: number): Promise<void> {
    const end = this.now + millis;
    for (;;) {
      await settled();
      const due = this.tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) {
        break;
      }
      this.tasks = this.tasks.filter((other) => other !== due);
      this.now = Math.max(this.now, due.at);
      due.task();
    }
    this.now = end;
    await settled();
  }
}

/** Everything that waits for promises only, decompression included, has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A message of the client, its fields by number. */
export type Fields = Map<number, (number | Uint8Array)[]>;

/** One connection as the test's hub sees it. */
export class TestConnection {
  readonly sent: { message: number; fields: Fields }[] = [];
  closed = false;
  private batches = 0;

  constructor(readonly listener: ConnectionListener) {}

  open(): this {
    this.listener.onOpen({
      send: (frame) => this.sent.push(readClientFrame(frame)),
      close: () => {
        this.closed = true;
      },
    });
    return this;
  }

  /** Those messages of the client: 1 Hello, 4 Ack, 5 Ping, 6 Pong, 7 Error, 8 KeyQuery. */
  of(message: number): Fields[] {
    return this.sent.filter((frame) => frame.message === message).map(({ fields }) => fields);
  }

  send(message: number, write: (out: WireWriter) => void): void {
    this.listener.onFrame(new WireWriter().message(message, write).finish());
  }

  welcome(grant: { snapshot?: boolean; reconcile?: boolean; epoch?: number; codec?: number; keepalive?: number } = {}): void {
    this.send(2, (out) => {
      out.number(1, 1).text(2, 'hub-a').number(3, grant.codec ?? 1).number(4, 1024);
      out.number(5, grant.keepalive ?? 10_000);
      out.message(6, (feed) => {
        feed.number(1, 1).number(2, 2).fixed64(4, [grant.epoch ?? 1, 0]);
        feed.number(5, grant.reconcile ? 3 : grant.snapshot ? 2 : 1).number(7, 3);
      });
    });
  }

  error(code: number, text: string): void {
    this.send(7, (out) => out.number(1, code).text(2, text));
  }

  /** Sends a batch in blocks of some bytes. @returns its number */
  batch(lane: Lane, batch: TestBatch, blockBytes = 1024): number {
    const raw = encodeBatch(batch);
    return this.bytes(lane, raw, xxh3(raw), blockBytes);
  }

  bytes(lane: Lane, raw: Uint8Array, checksum: readonly [number, number], blockBytes = 1024): number {
    const number = ++this.batches;
    for (let index = 0, at = 0; at < raw.length || index === 0; index++, at += blockBytes) {
      this.send(3, (out) => {
        out.number(1, 1).number(2, lane === 'LIVE' ? 0 : 1).number(3, number).number(4, index);
        out.field(5, raw.subarray(at, at + blockBytes));
        if (index === 0) {
          out.message(6, (header) =>
            header.number(1, 1).number(2, raw.length).number(3, raw.length).fixed64(4, checksum),
          );
        }
      });
    }
    return number;
  }

  /** Numbers of the batches acknowledged so far. */
  acknowledged(): number[] {
    return this.of(4).flatMap((ack) => packed(ack.get(1)?.[0]));
  }

  acknowledgedBytes(): number {
    return (this.of(4).at(-1)?.get(2)?.[0] as number | undefined) ?? 0;
  }
}

function packed(column: number | Uint8Array | undefined): number[] {
  const numbers: number[] = [];
  if (column instanceof Uint8Array) {
    for (const reader = new WireReader(column); reader.remaining > 0; ) {
      numbers.push(reader.readVarint());
    }
  }
  return numbers;
}

function readClientFrame(frame: Uint8Array): { message: number; fields: Fields } {
  const reader = new WireReader(frame);
  const message = reader.readTag() >>> 3;
  return { message, fields: readFields(reader.readBytesField()) };
}

export function readFields(bytes: Uint8Array): Fields {
  const reader = new WireReader(bytes);
  const fields: Fields = new Map();
  for (let tag = reader.readTag(); tag !== 0; tag = reader.readTag()) {
    const value = (tag & 7) === 0 ? reader.readVarint() : (tag & 7) === 1 ? reader.readFixed64()[0] : reader.readBytesField();
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
}

export function text(bytes: unknown): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}

/** What a selection is given instead of a browser. */
export class Rig implements Transport, Surroundings {
  readonly loop = new TestLoop();
  readonly connections: TestConnection[] = [];
  readonly loads: LoadRequest[] = [];
  readonly stores = new Map<string, MemoryStore>();
  /** Answers loads; not given: this hub has none. */
  onLoad: (request: LoadRequest) => Promise<LoadResponse> = () =>
    Promise.reject(new LoadRefused(404, '', 'no load here'));
  readonly pieces: string[] = [];
  onManifest: () => Manifest = () => ({ epoch: '1', cursor: '.', pieces: [] });
  onPiece: (url: string, request: LoadRequest) => Promise<LoadResponse> = (url) =>
    Promise.reject(new LoadRefused(404, '', `no piece ${url}`));
  isOnline = true;
  /** Brings the part that compares. */
  reconcile: LoadReconcile = () => import('../src/reconcile/mod.ts');
  private listeners: ((what: 'online' | 'offline' | 'shown') => void)[] = [];

  hub(options: ConnectOptions = {}): Hub {
    return connect('https://hub.test', {
      loadOverHttp: false,
      ...options,
      environment: {
        loop: this.loop,
        transport: this,
        surroundings: this,
        reconcile: () => this.reconcile(),
        store: (name) => {
          const store = this.stores.get(name) ?? new MemoryStore();
          this.stores.set(name, store);
          return store.opened();
        },
      },
    });
  }

  connect(listener: ConnectionListener): { abandon(): void } {
    const connection = new TestConnection(listener);
    this.connections.push(connection);
    return { abandon: () => undefined };
  }

  load(request: LoadRequest): Promise<LoadResponse> {
    this.loads.push(request);
    return this.onLoad(request);
  }

  async manifest(request: LoadRequest): Promise<Manifest> {
    this.loads.push(request);
    return this.onManifest();
  }

  piece(url: string, request: LoadRequest): Promise<LoadResponse> {
    this.pieces.push(url);
    return this.onPiece(url, request);
  }

  online(): boolean {
    return this.isOnline;
  }

  onChange(listener: (what: 'online' | 'offline' | 'shown') => void): () => void {
    this.listeners.push(listener);
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  tell(what: 'online' | 'offline' | 'shown'): void {
    this.isOnline = what === 'offline' ? false : what === 'online' ? true : this.isOnline;
    this.listeners.forEach((listener) => listener(what));
  }

  /** The newest connection, opened. */
  async opened(): Promise<TestConnection> {
    await settled();
    const connection = this.connections.at(-1);
    if (connection === undefined) {
      throw new Error('nobody connected');
    }
    return connection.open();
  }
}

/** What is kept under one name; each page that opens it gets a hand on it. */
export class MemoryStore {
  entries = new Map<string, Held>();
  state: FeedState | undefined;
  /** Each save waits for this. */
  gate: Promise<void> = Promise.resolve();
  saves = 0;
  private writer = 0;

  opened(): EntryStore {
    let mine = -1;
    return {
      load: async (): Promise<Kept | undefined> => {
        mine = ++this.writer;
        return this.state && { state: this.state, entries: [...this.entries] };
      },
      save: async (puts, removals, state): Promise<void> => {
        await this.gate;
        if (mine !== this.writer) {
          throw new StoreTaken();
        }
        puts.forEach((held, key) => this.entries.set(key, held));
        removals.forEach((key) => this.entries.delete(key));
        this.state = state;
        this.saves++;
      },
      clear: async (): Promise<void> => {
        this.entries.clear();
        this.state = undefined;
      },
      close: () => undefined,
    };
  }
}

export function put(key: string, version: number, value: string, expiresAtMillis = 0): Change {
  return { kind: 'put', key, version, value: new StringValue(value), expiresAtMillis };
}

export function remove(key: string, version: number): Change {
  return { kind: 'remove', key, version };
}

export function part(key: string, version: number, index: number, last: boolean, slice: string | Uint8Array): Change {
  return { kind: 'part', key, version, index, last, slice: new StringValue(slice), expiresAtMillis: 0 };
}

export function cursor(live?: string, backfill?: string): Cursor {
  const bytes = (of: string | undefined) => (of === undefined ? undefined : new TextEncoder().encode(of));
  return { live: bytes(live), backfill: bytes(backfill) };
}
