import type { FeedPlan, ReceiverSettings } from '../receiver/handshake.ts';

/** What is asked of which hub, and how patiently. */
export interface ReplicaSettings {
  readonly receiver: ReceiverSettings;
  readonly plan: FeedPlan;
  /** Asked before each connection, so that a token may be renewed. */
  readonly token: () => string | Promise<string>;
  /** Whether a new token may come when one was refused. */
  readonly tokenIsRenewed: boolean;
  /** Whether the initial load comes over HTTP where it can. */
  readonly loadOverHttp: boolean;
  /** Whether it comes in pieces that caches on the way may have. */
  readonly pieces: boolean;
  readonly retryFirstMillis: number;
  readonly retryMostMillis: number;
  readonly retrySlowMillis: number;
}
