import type { Cursor } from '../codec/change.ts';
import {
  ackFrame,
  errorFrame,
  pongFrame,
  readFrame,
  type Block,
  type FeedGrant,
  type HubFrame,
  type RunFrame,
  type Welcome,
} from '../codec/frame.ts';
import { Reassembler } from '../codec/reassembler.ts';
import { ProtocolException, WIRE_ERRORS, wireErrorOf } from '../codec/wire-error.ts';
import { ArrivalWindow } from './arrival-window.ts';
import { FeedPipeline } from './feed-pipeline.ts';
import type { LoadReconcile } from './feed-runs.ts';
import { FEED, granted, hello, type FeedPlan, type ReceiverSettings } from './handshake.ts';
import { KeepAlive } from './keep-alive.ts';
import { KeyQueries } from './key-queries.ts';
import type { SessionEnd } from './session-end.ts';
import type { Sink } from './sink.ts';
import type { Cancel, Connection, ConnectionListener, Loop } from './transport.ts';

/** Bytes consumed are told without a batch after this part of what may be under way. */
const ACK_PART = 8;

/** Batches beyond the window: one of each lane (P61). */
const BATCHES_BEYOND = 2;

/** After a wake-up a hub must answer this fast. */
const PROBE_MILLIS = 5000;

/** In a hidden page batches are taken at this distance; what waits is bounded by the window. */
const HIDDEN_MILLIS = 1000;

/** Messages of a comparison whose data counts like that of blocks (P105). */
const SYMBOLS = 13;
const ITEMS = 15;

/** What the session tells. */
export interface SessionObserver {
  /** The hub took us. */
  onWelcome(welcome: Welcome, grant: FeedGrant): void;
  /** What the source holds is here. */
  onCurrent(): void;
  /** A batch was applied, or something else worth showing happened. */
  onProgress(): void;
  /** What differed from the hub has been mended. */
  onCompared(differences: number): void;
  /** It was not compared, and everything is loaded; for good: nor will the next one be. */
  onNotCompared(why: string, forGood: boolean): void;
  /** The end, once. */
  onEnded(end: SessionEnd): void;
}

type State =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'awaiting'; readonly connection: Connection; readonly timeout: Cancel }
  | {
      readonly kind: 'streaming';
      readonly connection: Connection;
      readonly keepAlive: KeepAlive;
      readonly reassembler: Reassembler;
      readonly pipeline: FeedPipeline;
      readonly codec: string;
    }
  | { readonly kind: 'ended' };

/**
 * One connection of a client, from Hello to its end: blocks come in, batches are applied, what is
 * applied is acknowledged.
 *
 *   fresh ── open ──→ awaiting ── Welcome ──→ streaming
 *                         │  too late, Error,     │  Error, violation, silence, closed
 *                         ▼                       ▼
 *                       ended: the observer is told
 *
 * The bytes told in an Ack are those received, without those of whole batches that still wait here:
 * the hub's credit is what this page has really taken in. And the window told with them is what the link carries soon.
 * So a busy or hidden page, or one behind a slow link, gets merged updates and no queue.
 */
export class ReceiverSession implements ConnectionListener {
  private state: State = { kind: 'fresh' };
  private readonly queries = new KeyQueries(FEED, (frame) => this.send(frame));
  private toAcknowledge: number[] = [];
  private ackScheduled = false;
  private held: (() => void)[] = [];
  private heldTimer: Cancel | undefined;
  private acknowledgedBytes = 0;
  private waitingBytes = 0;
  private readonly arrivals: ArrivalWindow;
  private lookTimer: Cancel | undefined;
  receivedBytes = 0;

  constructor(
    private readonly loop: Loop,
    private readonly settings: ReceiverSettings,
    private readonly plan: FeedPlan,
    private readonly token: string,
    private readonly cursor: Cursor,
    private readonly sink: Sink,
    private readonly observer: SessionObserver,
    private readonly holds: 0 | 1 | 2,
    private readonly loadReconcile: LoadReconcile,
  ) {
    this.arrivals = new ArrivalWindow(settings.windowBytes, loop.nowMillis());
  }

  /** Its figures stay readable after the end; undefined before the Welcome. */
  pipeline: FeedPipeline | undefined;

  get keepAlive(): KeepAlive | undefined {
    return this.state.kind === 'streaming' ? this.state.keepAlive : undefined;
  }

  get codec(): string {
    return this.state.kind === 'streaming' ? this.state.codec : '';
  }

  onOpen(connection: Connection): void {
    if (this.state.kind !== 'fresh') {
      connection.close(); // closed while it was being opened
      return;
    }
    const limit = this.settings.handshakeTimeoutMillis;
    const timeout = this.loop.schedule(limit, () => this.welcomeTimedOut(limit));
    this.state = { kind: 'awaiting', connection, timeout };
    connection.send(hello(this.settings, this.token, this.plan, this.cursor, this.holds));
  }

  onFrame(bytes: Uint8Array): void {
    if (this.state.kind === 'ended') {
      return;
    }
    try {
      const frame = readFrame(bytes);
      if (this.state.kind === 'streaming') {
        this.state.keepAlive.heard(this.loop.nowMillis());
        this.handle(this.state, frame);
      } else if (this.state.kind === 'awaiting') {
        this.awaitWelcome(this.state, frame);
      }
    } catch (e) {
      this.failed(e);
    }
  }

  onClosed(reason: string): void {
    this.end({ kind: 'lost', text: `the connection to the hub ended: ${reason}` });
  }

  /** What is between may swallow WebSockets without a word. */
  openingTimedOut(): void {
    if (this.state.kind === 'fresh') {
      this.end({ kind: 'lost', text: `no WebSocket was opened within ${this.settings.handshakeTimeoutMillis / 1000} s` });
    }
  }

  close(text: string): void {
    this.end({ kind: 'closed', text });
  }

  /** The page woke up, or the network came back: is the hub still there? */
  probe(): void {
    if (this.state.kind !== 'streaming') {
      return;
    }
    this.release();
    const { keepAlive } = this.state;
    const asked = this.loop.nowMillis();
    this.send(keepAlive.newPing(asked, this.loop.unixMillis()));
    this.loop.schedule(PROBE_MILLIS, () => {
      if (this.keepAlive === keepAlive && keepAlive.silentMillis(this.loop.nowMillis()) >= PROBE_MILLIS) {
        this.end({ kind: 'lost', text: `the hub did not answer within ${PROBE_MILLIS / 1000} s of waking up` });
      }
    });
  }

  private welcomeTimedOut(limit: number): void {
    if (this.state.kind === 'awaiting') {
      const text = `no Welcome within ${limit / 1000} s`;
      this.end({ kind: 'lost', text: `the hub did not answer: ${text}` }, errorFrame(WIRE_ERRORS.HANDSHAKE_TIMEOUT[0], text));
    }
  }

  private awaitWelcome(awaiting: Extract<State, { kind: 'awaiting' }>, frame: HubFrame): void {
    switch (frame.kind) {
      case 'welcome':
        this.welcome(awaiting, frame.welcome);
        return;
      case 'error':
        this.refused(frame.code, frame.text);
        return;
      case 'ping':
        this.send(pongFrame(frame.nonce, this.loop.unixMillis() * 1000));
        return;
      case 'block':
      case 'pong':
      case 'key_answer':
      case 'run':
        throw new ProtocolException('BAD_FRAME', `${frame.kind} before Welcome: is this a Replicator hub?`);
    }
  }

  private welcome(awaiting: Extract<State, { kind: 'awaiting' }>, welcome: Welcome): void {
    awaiting.timeout();
    const grant = granted(this.settings, welcome);
    const keepAlive = new KeepAlive(welcome.keepaliveMillis, this.loop.nowMillis());
    const begin = {
      epoch: grant.epoch,
      snapshot: grant.resume === 'snapshot',
      reconcile: grant.resume === 'reconcile',
      backfilling: (this.cursor.backfill?.length ?? 0) > 0,
    };
    const events = {
      applied: (batch: number, bytes: number) => this.applied(batch, bytes),
      current: () => this.observer.onCurrent(),
      failed: (failure: unknown) => this.failed(failure),
      ended: () => this.state.kind === 'ended',
      send: (frame: Uint8Array<ArrayBuffer>) => this.send(frame),
      compared: (differences: number) => this.observer.onCompared(differences),
      notCompared: (why: string, forGood = false) => this.observer.onNotCompared(why, forGood),
    };
    const presence = (keys: readonly string[]) => this.queries.ask(keys);
    const pipeline = new FeedPipeline(begin, this.loop, this.sink, presence, events, this.loadReconcile);
    this.pipeline = pipeline;
    this.state = {
      kind: 'streaming',
      connection: awaiting.connection,
      keepAlive,
      reassembler: new Reassembler(FEED, welcome.codec, this.settings.maxBatchBytes),
      pipeline,
      codec: welcome.codec,
    };
    this.observer.onWelcome(welcome, grant);
    this.lookAtKeepAlive();
    pipeline.start();
  }

  private handle(streaming: Extract<State, { kind: 'streaming' }>, frame: HubFrame): void {
    switch (frame.kind) {
      case 'block':
        this.block(streaming, frame.block);
        return;
      case 'ping':
        this.send(pongFrame(frame.nonce, this.loop.unixMillis() * 1000));
        return;
      case 'pong':
        streaming.keepAlive.pong(frame.nonce, frame.unixMicros, this.loop.nowMillis());
        this.observer.onProgress();
        return;
      case 'key_answer':
        this.queries.answered(frame.query, frame.present);
        return;
      case 'run':
        this.run(streaming, frame);
        return;
      case 'error':
        this.refused(frame.code, frame.text);
        return;
      case 'welcome':
        throw new ProtocolException('BAD_FRAME', 'a second Welcome');
    }
  }

  /** What is about a comparison keeps its place between batches. */
  private run({ pipeline }: Extract<State, { kind: 'streaming' }>, frame: RunFrame): void {
    if (frame.message === SYMBOLS || frame.message === ITEMS) {
      this.came(frame.fields.bytes(3).length + frame.fields.bytes(4).length);
    }
    if (this.held.length > 0) {
      this.held.push(() => pipeline.runs.handle(frame));
    } else {
      pipeline.runs.handle(frame);
    }
    this.ackIfMuch();
  }

  private came(bytes: number): void {
    const limit = this.settings.windowBytes + BATCHES_BEYOND * this.settings.maxBatchBytes;
    this.receivedBytes += bytes;
    this.arrivals.arrived(bytes, this.loop.nowMillis());
    if (this.receivedBytes - this.acknowledgedBytes > limit) {
      throw new ProtocolException(
        'OVERLOADED',
        `${this.receivedBytes - this.acknowledgedBytes} bytes sent and not acknowledged, at most ${limit} ` +
          `expected with a window of ${this.settings.windowBytes}`,
      );
    }
  }

  private block(streaming: Extract<State, { kind: 'streaming' }>, block: Block): void {
    this.came(block.data.length);
    const complete = streaming.reassembler.add(block);
    if (complete !== undefined) {
      this.waitingBytes += complete.data.length;
      this.hold(() => streaming.pipeline.arrived(complete));
    }
    this.ackIfMuch();
  }

  private ackIfMuch(): void {
    if (this.consumedBytes - this.acknowledgedBytes >= this.limitBytes / ACK_PART) {
      this.scheduleAck();
    }
  }

  private get limitBytes(): number {
    return this.arrivals.limitBytes(this.keepAlive?.leastRttMillis);
  }

  /** Whole batches that wait do not count; what was once told is never taken back. */
  private get consumedBytes(): number {
    return Math.max(this.acknowledgedBytes, this.receivedBytes - this.waitingBytes);
  }

  /** In a hidden page batches wait for up to a second, in their order. */
  private hold(task: () => void): void {
    if (!this.loop.hidden() && this.held.length === 0) {
      task();
      return;
    }
    this.held.push(task);
    this.heldTimer ??= this.loop.schedule(HIDDEN_MILLIS, () => this.release());
  }

  private release(): void {
    this.heldTimer?.();
    this.heldTimer = undefined;
    const held = this.held;
    this.held = [];
    held.forEach((task) => task());
  }

  private applied(batch: number, blockBytes: number): void {
    this.waitingBytes -= blockBytes;
    this.toAcknowledge.push(batch);
    this.scheduleAck();
    this.observer.onProgress();
  }

  private scheduleAck(): void {
    if (!this.ackScheduled) {
      this.ackScheduled = true;
      queueMicrotask(() => this.sendAck());
    }
  }

  private sendAck(): void {
    this.ackScheduled = false;
    this.acknowledgedBytes = this.consumedBytes;
    this.send(ackFrame(this.toAcknowledge, this.acknowledgedBytes, this.limitBytes));
    this.toAcknowledge = [];
  }

  private send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.state.kind === 'awaiting' || this.state.kind === 'streaming') {
      this.state.connection.send(frame);
    }
  }

  private refused(code: number, text: string): void {
    const { retryable, meaning } = wireErrorOf(code);
    this.end({ kind: 'refused', code, retryable, text: `the hub says: ${text.trim() === '' ? meaning : text}` });
  }

  private failed(failure: unknown): void {
    if (failure instanceof ProtocolException) {
      const text = `the hub sent what it may not: ${failure.message}`;
      this.end({ kind: 'violated', text }, errorFrame(WIRE_ERRORS[failure.code][0], failure.message));
    } else {
      const text = `a batch could not be processed: ${String(failure)}`;
      this.end({ kind: 'lost', text }, errorFrame(WIRE_ERRORS.INTERNAL[0], 'the client could not process a batch'));
    }
  }

  private lookAtKeepAlive(): void {
    if (this.state.kind !== 'streaming') {
      return;
    }
    const { keepAlive } = this.state;
    const now = this.loop.nowMillis();
    if (keepAlive.dead(now)) {
      const text = `nothing heard from the hub for ${keepAlive.limitMillis / 1000} s`;
      this.end({ kind: 'lost', text }, errorFrame(WIRE_ERRORS.KEEPALIVE_TIMEOUT[0], text));
      return;
    }
    const ping = keepAlive.ping(now, this.loop.unixMillis());
    if (ping !== undefined) {
      this.send(ping);
    }
    this.lookTimer = this.loop.schedule(keepAlive.untilNextLook(now), () => this.lookAtKeepAlive());
  }

  /** Only the first end counts. */
  private end(end: SessionEnd, farewell?: Uint8Array<ArrayBuffer>): void {
    if (this.state.kind === 'ended') {
      return;
    }
    if (farewell !== undefined) {
      this.send(farewell);
    }
    if (this.state.kind === 'awaiting') {
      this.state.timeout();
    }
    if (this.state.kind !== 'fresh') {
      this.state.connection.close();
    }
    this.lookTimer?.();
    this.heldTimer?.();
    this.held = [];
    this.state = { kind: 'ended' };
    this.queries.end(end.text);
    this.observer.onEnded(end);
  }
}

