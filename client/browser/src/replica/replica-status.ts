import type { ReplicatorError } from './replicator-error.ts';

/**
 * What a replica does:
 * opening (looking at what was kept), connecting, loading, live (everything is here and changes
 * flow), waiting (before the next attempt), failed (it gave up: someone must change something),
 * closed.
 */
export type ReplicaState = 'opening' | 'connecting' | 'loading' | 'live' | 'waiting' | 'failed' | 'closed';

/** How a replica is doing, at one moment. Figures are of all its sessions. */
export interface ReplicaStatus {
  readonly state: ReplicaState;
  /** What a person should know, "" = nothing. */
  readonly message: string;
  /** Why it gave up or waits for people, if so. */
  readonly error: ReplicatorError | undefined;
  /** Whether everything was here once and what is shown may be old by now. */
  readonly stale: boolean;
  /** When it tries again, Unix milliseconds; 0 = it does not wait. */
  readonly retryAtMillis: number;
  /** What the hub calls itself, "" = not heard yet. */
  readonly hubId: string;
  /** Compression in use, "" = not connected. */
  readonly codec: string;
  /** Why the hub sends everything, "" = it does not. */
  readonly reason: string;
  /** Keys held now. */
  readonly keys: number;
  /** About how many the hub said were to come, 0 = not known. */
  readonly expectedKeys: number;
  /** How many keys the last comparison with the hub found to differ, and mended; undefined = none was needed. */
  readonly differences: number | undefined;
  /** Keys that came by loading, and live. */
  readonly loadedKeys: number;
  readonly liveKeys: number;
  /** Entries that were older than what was there. */
  readonly droppedKeys: number;
  /** Block data over the WebSocket, and what it unfolded to (with loads over HTTP). */
  readonly receivedBytes: number;
  readonly rawBytes: number;
  readonly batches: number;
  /** Batches that wait to be applied. */
  readonly waitingBatches: number;
  /** Connections that a hub welcomed. */
  readonly sessions: number;
  /** What carries updates now; "" = none do. */
  readonly over: 'websocket' | 'http' | '';
  /** Round trip to the hub. */
  readonly rttMillis: number | undefined;
  /** Whether data and cursor are kept in this browser, and why not. */
  readonly kept: 'no' | 'yes' | string;
}
