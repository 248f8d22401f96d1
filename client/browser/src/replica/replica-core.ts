import { NO_CURSOR } from '../codec/change.ts';
import type { FeedGrant, Welcome } from '../codec/frame.ts';
import { WIRE_ERRORS, wireErrorOf } from '../codec/wire-error.ts';
import type { LoadReconcile } from '../receiver/feed-runs.ts';
import { ReceiverSession } from '../receiver/receiver-session.ts';
import type { SessionEnd } from '../receiver/session-end.ts';
import { LoadRefused, type Cancel, type Loop, type Transport } from '../receiver/transport.ts';
import { Backoff } from './backoff.ts';
import type { Entries } from './entries.ts';
import { StoreTaken, StoreWriter, type EntryStore } from './entry-store.ts';
import { HttpWay } from './http-way.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaState, ReplicaStatus } from './replica-status.ts';
import { ReplicatorError } from './replicator-error.ts';
import type { Surroundings } from './surroundings.ts';

/** A session that lasted this long proves that all is well. */
const SETTLED_MILLIS = 10_000;

/** So long updates may come over HTTP before a WebSocket is tried again. */
const FOLLOW_MILLIS = 5 * 60_000;

/** Figures are told of as often. */
const STATUS_MILLIS = 250;

/**
 * Keeps one session with its hub going, for as long as the page lives.
 *
 *   open what was kept ──→ ┌→ load over HTTP ──→ session ──→ ended ──→ ┬─┐
 *                          │   (nothing is here)   │ no WebSocket      │ │
 *                          │                       └→ follow over HTTP ┘ │
 *                          └──── wait, back-off with jitter ←────────────┘
 *
 * It comes back at once when the network does or the page is shown again.
 */
export class ReplicaCore {
  readonly ready: Promise<void>;
  private readonly backoff: Backoff;
  private readonly http: HttpWay;
  private readonly writer: StoreWriter | undefined;
  private readonly forgetSurroundings: () => void;
  private readonly statusListeners: ((status: ReplicaStatus) => void)[] = [];
  private resolveReady: () => void = () => undefined;
  private rejectReady: (reason: ReplicatorError) => void = () => undefined;
  private state: ReplicaState = 'opening';
  private session: ReceiverSession | undefined;
  private connecting: { abandon(): void } | undefined;
  private loading: AbortController | undefined;
  private follows = false;
  private retry: Cancel | undefined;
  private retryAtMillis = 0;
  private welcomedMillis = -1;
  private wasReady = false;
  private message = '';
  private error: ReplicatorError | undefined;
  private hubId = '';
  private reason = '';
  private expectedKeys = 0;
  private differences: number | undefined;

  /** Whether the part that compares can be had, as far as that is known. */
  private compares = true;
  private sessions = 0;
  private kept: string;
  private statusDue = false;
  private readonly total = { loadedKeys: 0, liveKeys: 0, droppedKeys: 0, receivedBytes: 0, rawBytes: 0, batches: 0 };

  constructor(
    private readonly loop: Loop,
    private readonly transport: Transport,
    surroundings: Surroundings,
    private readonly settings: ReplicaSettings,
    private readonly entries: Entries,
    private readonly store: EntryStore | undefined,
    private readonly loadReconcile: LoadReconcile,
  ) {
    this.ready = new Promise((resolve, reject) => {
      this.resolveReady = resolve;
      this.rejectReady = reject;
    });
    this.ready.catch(() => undefined); // who wants to know awaits it; nobody else is troubled
    this.backoff = new Backoff(settings.retryFirstMillis, settings.retryMostMillis, settings.retrySlowMillis, () =>
      loop.random(),
    );
    this.http = new HttpWay(loop, transport, settings, entries);
    this.kept = store === undefined ? 'no' : 'yes';
    this.writer = store && this.newWriter(store);
    this.forgetSurroundings = surroundings.onChange((what) => this.surroundingsChanged(what));
    this.isOnline = () => surroundings.online();
  }

  private readonly isOnline: () => boolean;

  private newWriter(store: EntryStore): StoreWriter {
    const heldOf = (key: string) => this.entries.held.get(key);
    return new StoreWriter(store, heldOf, (failure) => this.notKept(failure));
  }

  /** Keeping failed: the page goes on without, and what was kept is dropped, so that it is not taken up half. */
  private notKept(failure: unknown): void {
    if (failure instanceof StoreTaken) {
      this.kept = failure.message;
    } else {
      this.kept = `nothing is kept: ${String(failure)}`;
      void this.store?.clear().catch(() => undefined);
    }
    this.statusChanged();
  }

  async start(): Promise<void> {
    if (this.store !== undefined && this.writer !== undefined) {
      await this.open(this.store, this.writer);
    }
    if (this.state === 'opening') {
      this.attempt();
    }
  }

  private async open(store: EntryStore, writer: StoreWriter): Promise<void> {
    try {
      const kept = await store.load();
      if (kept !== undefined && this.state !== 'closed') {
        this.entries.restore(kept.state, kept.entries);
      }
      this.entries.addListener({
        changed: (changes) => writer.changed(changes),
        settled: (state) => writer.stateSettled(state),
      });
    } catch (e) {
      this.notKept(e);
    }
  }

  /** @param error what becomes of `ready` if it is still open */
  close(error = new ReplicatorError('CLOSED', 'closed by the page')): void {
    if (this.state === 'closed') {
      return;
    }
    this.setState('closed');
    this.stop();
    this.rejectReady(error);
    this.session?.close('the page closes');
    void this.writer?.flushed().then(() => this.store?.close());
    this.emitStatus();
  }

  /** Everything settled so far is in the store. */
  async flushed(): Promise<void> {
    await this.writer?.flushed();
  }

  private stop(): void {
    this.retry?.();
    this.retry = undefined;
    this.retryAtMillis = 0;
    this.forgetSurroundings();
    this.loading?.abort();
    this.connecting?.abandon();
    this.entries.close();
  }

  private attempt(): void {
    this.retry?.();
    this.retry = undefined;
    this.retryAtMillis = 0;
    if (this.state === 'closed' || this.state === 'failed' || this.session !== undefined || this.loading !== undefined) {
      return;
    }
    if (!this.isOnline()) {
      this.waitFor(this.settings.retryMostMillis, 'this device is offline');
      return;
    }
    void this.loadAndConnect();
  }

  private async loadAndConnect(): Promise<void> {
    const aborted = new AbortController();
    this.loading = aborted;
    this.setState('connecting');
    try {
      const token = await this.settings.token();
      if (this.http.loadsFirst() && !aborted.signal.aborted) {
        await this.http.load(token, aborted.signal, {
          answered: () => this.setState('loading'),
          batch: (keys, rawBytes) => {
            this.total.loadedKeys += keys;
            this.counted(rawBytes);
          },
        });
      }
      this.loading = undefined;
      if (!aborted.signal.aborted) {
        this.connect(token);
      }
    } catch (e) {
      this.loading = undefined;
      if (!aborted.signal.aborted) {
        this.loadFailed(e);
      }
    }
  }

  private counted(rawBytes: number): void {
    this.total.rawBytes += rawBytes;
    this.total.batches++;
    this.statusChanged();
  }

  /** No WebSocket gets through, HTTP may. */
  private async follow(why: string): Promise<void> {
    const over = new AbortController();
    this.loading = over;
    const upgrade = this.loop.schedule(FOLLOW_MILLIS, () => over.abort());
    let end: unknown;
    try {
      await this.http.follow(await this.settings.token(), over.signal, {
        answered: () => this.followedNow(),
        batch: (keys, rawBytes) => {
          this.total.liveKeys += keys;
          this.counted(rawBytes);
        },
      });
    } catch (e) {
      end = e;
    }
    upgrade();
    const wanted = over.signal.aborted;
    over.abort();
    this.followed(wanted, end, why);
  }

  private followedNow(): void {
    this.follows = true;
    this.welcomedMillis = this.loop.nowMillis();
    this.message = '';
    this.error = undefined;
    this.current();
  }

  private followed(wanted: boolean, end: unknown, why: string): void {
    const came = this.follows;
    this.follows = false;
    this.loading = undefined;
    this.settle();
    if (this.state === 'closed') {
      return;
    }
    if (wanted) {
      this.attempt();
    } else if (end instanceof LoadRefused && isForGood(end)) {
      this.needsPeople(new ReplicatorError(end.code, end.message));
    } else {
      this.again(came && end instanceof Error ? end.message : why);
    }
  }

  private loadFailed(failure: unknown): void {
    if (!(failure instanceof LoadRefused)) {
      this.again(failure instanceof Error ? failure.message : String(failure));
      return;
    }
    if (failure.code === 'CURSOR') {
      this.entries.forgetCursor();
      this.attemptSoon();
    } else if (isForGood(failure)) {
      this.needsPeople(new ReplicatorError(failure.code, failure.message));
    } else if (failure.status < 500) {
      this.http.hasNoLoads();
      this.attemptSoon();
    } else {
      this.again(failure.message);
    }
  }

  private attemptSoon(): void {
    this.loop.schedule(0, () => this.attempt());
  }

  private connect(token: string): void {
    this.setState('connecting');
    const { receiver, plan } = this.settings;
    const { entries, compares } = this;
    const observer = {
      onWelcome: (welcome: Welcome, grant: FeedGrant) => this.welcomed(welcome, grant),
      onCurrent: () => this.current(),
      onProgress: () => this.statusChanged(),
      onCompared: (differences: number) => {
        this.differences = differences;
      },
      onNotCompared: (why: string, forGood: boolean) => this.notCompared(why, forGood),
      onEnded: (end: SessionEnd) => this.ended(end),
    };
    const holds = !compares ? 0 : entries.held.size === 0 ? 1 : 2;
    const session = new ReceiverSession(
      this.loop,
      receiver,
      plan,
      token,
      entries.cursor ?? NO_CURSOR,
      entries,
      observer,
      holds,
      this.loadReconcile,
    );
    this.session = session;
    this.connecting = this.transport.connect(session);
    this.loop.schedule(receiver.handshakeTimeoutMillis, () => session.openingTimedOut());
  }

  private welcomed(welcome: Welcome, grant: FeedGrant): void {
    this.sessions++;
    this.hubId = welcome.hubId;
    this.reason = grant.resume === 'snapshot' ? grant.reason : '';
    this.expectedKeys = grant.keys;
    this.message = '';
    this.error = undefined;
    this.welcomedMillis = this.loop.nowMillis();
    this.setState('loading');
  }

  /** Everything is loaded over what is here. */
  private notCompared(why: string, forGood: boolean): void {
    this.reason = why;
    if (forGood && this.compares) {
      this.compares = false;
      console.warn(`replicator: ${why}. Everything is loaded instead`);
    }
  }

  private current(): void {
    this.wasReady = true;
    this.setState('live');
    this.resolveReady();
  }

  private ended(end: SessionEnd): void {
    this.keepFigures();
    this.session = undefined;
    this.connecting?.abandon();
    this.connecting = undefined;
    if (this.state === 'closed') {
      return;
    }
    const neverCame = this.welcomedMillis < 0;
    this.settle();
    if (end.kind === 'refused' && !end.retryable) {
      this.needsPeople(new ReplicatorError(wireErrorOf(end.code).name, end.text));
    } else if (end.kind === 'lost' && neverCame && this.http.mayFollow()) {
      void this.follow(end.text);
    } else {
      this.again(end.text);
    }
  }

  private settle(): void {
    if (this.welcomedMillis >= 0 && this.loop.nowMillis() - this.welcomedMillis >= SETTLED_MILLIS) {
      this.backoff.reset();
    }
    this.welcomedMillis = -1;
  }

  private again(why: string): void {
    this.waitFor(this.backoff.next(), why);
  }

  /** The hub says no: coming back soon would not help. What never worked gives up. */
  private needsPeople(error: ReplicatorError): void {
    this.error = error;
    if (this.wasReady || (error.code === 'UNAUTHENTICATED' && this.settings.tokenIsRenewed)) {
      this.waitFor(this.backoff.slow(), error.message);
      return;
    }
    this.message = error.message;
    this.setState('failed');
    this.stop();
    this.rejectReady(error);
  }

  private waitFor(millis: number, why: string): void {
    this.message = why;
    this.retryAtMillis = this.loop.unixMillis() + millis;
    this.retry = this.loop.schedule(millis, () => this.attempt());
    this.setState('waiting');
  }

  private surroundingsChanged(what: 'online' | 'offline' | 'shown'): void {
    if (what === 'offline') {
      this.message = 'this device is offline';
    }
    if (this.session !== undefined) {
      this.session.probe();
    } else if (what !== 'offline' && this.follows) {
      this.loading?.abort(); // is the hub still there, and perhaps a WebSocket now?
    } else if (what !== 'offline' && this.retry !== undefined) {
      this.backoff.reset();
      this.attempt();
    }
    this.statusChanged();
  }

  private keepFigures(): void {
    const { session } = this;
    if (session !== undefined) {
      this.total.receivedBytes += session.receivedBytes;
      this.total.loadedKeys += session.pipeline?.loadedKeys ?? 0;
      this.total.liveKeys += session.pipeline?.liveKeys ?? 0;
      this.total.droppedKeys += session.pipeline?.droppedKeys ?? 0;
      this.total.rawBytes += session.pipeline?.rawBytes ?? 0;
      this.total.batches += session.pipeline?.appliedBatches ?? 0;
    }
  }

  status(): ReplicaStatus {
    const { session, total } = this;
    const pipeline = session?.pipeline;
    return {
      state: this.state,
      message: this.message,
      error: this.error,
      stale: this.wasReady && this.state !== 'live',
      retryAtMillis: this.retryAtMillis,
      hubId: this.hubId,
      codec: session?.codec ?? '',
      reason: this.reason,
      keys: this.entries.held.size,
      expectedKeys: this.expectedKeys,
      differences: this.differences,
      loadedKeys: total.loadedKeys + (pipeline?.loadedKeys ?? 0),
      liveKeys: total.liveKeys + (pipeline?.liveKeys ?? 0),
      droppedKeys: total.droppedKeys + (pipeline?.droppedKeys ?? 0),
      receivedBytes: total.receivedBytes + (session?.receivedBytes ?? 0),
      rawBytes: total.rawBytes + (pipeline?.rawBytes ?? 0),
      batches: total.batches + (pipeline?.appliedBatches ?? 0),
      waitingBatches: pipeline?.waiting ?? 0,
      sessions: this.sessions,
      over: this.follows ? 'http' : pipeline === undefined ? '' : 'websocket',
      rttMillis: session?.keepAlive?.rttMillis,
      kept: this.kept,
    };
  }

  /** Told of each new state at once, of figures a few times a second. */
  onStatus(listener: (status: ReplicaStatus) => void): () => void {
    this.statusListeners.push(listener);
    return () => {
      this.statusListeners.splice(this.statusListeners.indexOf(listener), 1);
    };
  }

  private setState(state: ReplicaState): void {
    if (this.state !== 'closed') {
      this.state = state;
      this.emitStatus();
    }
  }

  private statusChanged(): void {
    const offset = this.session?.keepAlive?.clockOffsetMillis;
    if (offset !== undefined) {
      this.entries.setClockOffset(offset);
    }
    if (!this.statusDue && this.state !== 'closed') {
      this.statusDue = true;
      this.loop.schedule(STATUS_MILLIS, () => {
        this.statusDue = false;
        this.emitStatus();
      });
    }
  }

  private emitStatus(): void {
    if (this.statusListeners.length > 0) {
      const status = this.status();
      [...this.statusListeners].forEach((listener) => listener(status));
    }
  }
}

/** Whether coming back soon would not help. */
function isForGood({ status, code }: LoadRefused): boolean {
  const known = Object.entries(WIRE_ERRORS).find(([name]) => name === code);
  return known !== undefined && !known[1][1] && !NO_LOADS.has(status + code);
}

/** Answers that say nothing about the right to a load: there is none at this address. */
const NO_LOADS = new Set(['404BAD_REQUEST', '406BAD_REQUEST']);
