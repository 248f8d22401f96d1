import { ChangeStream } from './change-stream.ts';
import type { ClientChange } from './client-change.ts';
import type { Entries } from './entries.ts';
import { Listeners } from './listeners.ts';
import type { ReplicaCore } from './replica-core.ts';
import type { ReplicaStatus } from './replica-status.ts';
import { ReplicatorError } from './replicator-error.ts';

/** What a selection opened: it is fed until it is closed. Maps and arrays are subscriptions, too. */
export class Subscription implements AsyncIterable<ClientChange>, Disposable {
  private readonly changeListeners = new Listeners<[change: ClientChange]>();
  private readonly statuses = new Listeners<[status: ReplicaStatus]>();
  private readonly streams = new Set<ChangeStream>();

  constructor(
    protected readonly core: ReplicaCore,
    protected readonly entries: Entries,
    signal?: AbortSignal,
  ) {
    entries.addListener({ changed: (changes) => this.changed(changes) });
    core.onStatus((status) => this.statuses.tell(status));
    if (signal?.aborted) {
      this.abort(signal);
    } else {
      signal?.addEventListener('abort', () => this.abort(signal), { once: true });
    }
  }

  /** Resolves when everything was loaded for the first time; rejects with a `ReplicatorError`. */
  get ready(): Promise<void> {
    return this.core.ready;
  }

  get status(): ReplicaStatus {
    return this.core.status();
  }

  /** Hears of every change from now on. @returns what stops it */
  onChange(listener: (change: ClientChange) => void): () => void {
    return this.changeListeners.add(listener);
  }

  /** Hears how it is doing: now, at each new state, and of figures a few times a second. */
  onStatus(listener: (status: ReplicaStatus) => void): () => void {
    const remove = this.statuses.add(listener);
    listener(this.status);
    return remove;
  }

  /** The same as `changes()`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ClientChange> {
    return this.changes();
  }

  /** Changes from now on, for a `for await`; of a key that changes faster than they are taken, the newest. */
  changes(): AsyncIterableIterator<ClientChange> {
    const stream: ChangeStream = new ChangeStream(() => this.streams.delete(stream));
    if (this.core.status().state === 'closed') {
      stream.end();
    } else {
      this.streams.add(stream);
    }
    return stream;
  }

  /** Ends it; what is here stays readable. */
  close(): void {
    this.core.close();
    this.endStreams();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** For a page that keeps data: resolves when what is shown is stored. */
  flushed(): Promise<void> {
    return this.core.flushed();
  }

  protected changed(changes: readonly ClientChange[]): void {
    if (this.changeListeners.any) {
      changes.forEach((change) => this.changeListeners.tell(change));
    }
    this.streams.forEach((stream) => stream.push(changes));
  }

  private abort(signal: AbortSignal): void {
    this.core.close(new ReplicatorError('ABORTED', `aborted: ${String(signal.reason)}`));
    this.endStreams();
  }

  private endStreams(): void {
    this.streams.forEach((stream) => stream.end());
    this.streams.clear();
  }
}
