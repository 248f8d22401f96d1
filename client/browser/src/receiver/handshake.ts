import type { Cursor } from '../codec/change.ts';
import { helloFrame, type Codec, type FeedGrant, type Level, type Welcome } from '../codec/frame.ts';
import { ProtocolException } from '../codec/wire-error.ts';

/** The version of the protocol that this client speaks. */
const PROTOCOL = 1;

/** The number of the only feed of a connection. */
export const FEED = 1;

/** A feed that this client asks for. */
export interface FeedPlan {
  readonly database: number;
  readonly collection: string;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  /** wished level, unspecified = as the hub has it; a more urgent one than the hub's is not given */
  readonly level: Level;
}

/** What a client tells every hub in its Hello, and how patient it is. */
export interface ReceiverSettings {
  readonly clientId: string;
  readonly codecs: readonly Codec[];
  readonly windowBytes: number;
  readonly maxBatchBytes: number;
  readonly handshakeTimeoutMillis: number;
}

/** What a session asks for in its Hello. */
export function hello(
  settings: ReceiverSettings,
  token: string,
  plan: FeedPlan,
  cursor: Cursor,
  holds: 0 | 1 | 2,
): Uint8Array<ArrayBuffer> {
  return helloFrame({
    protocol: PROTOCOL,
    clientId: settings.clientId,
    token,
    codecs: settings.codecs,
    feeds: [{ ...plan, feed: FEED, cursors: [cursor], holds }],
    windowBytes: settings.windowBytes,
    maxBatchBytes: settings.maxBatchBytes,
    blockBytes: 0,
  });
}

/**
 * What the Welcome grants.
 *
 * @throws ProtocolException if it is not what was asked for
 */
export function granted(settings: ReceiverSettings, welcome: Welcome): FeedGrant {
  if (welcome.protocol !== PROTOCOL) {
    throw new ProtocolException(
      'PROTOCOL_VERSION',
      `the hub speaks protocol ${welcome.protocol}, this client ${PROTOCOL}: update the older one`,
    );
  }
  if (!settings.codecs.includes(welcome.codec)) {
    throw new ProtocolException(
      'NO_COMMON_CODEC',
      `the hub chose compression ${welcome.codec}, offered were ${settings.codecs.join(', ')}`,
    );
  }
  if (welcome.feeds.length !== 1 || welcome.feeds[0].feed !== FEED) {
    throw new ProtocolException(
      'UNKNOWN_FEED',
      `Welcome grants feeds ${welcome.feeds.map(({ feed }) => feed).join(', ')}: ${FEED} was asked for`,
    );
  }
  return welcome.feeds[0];
}
