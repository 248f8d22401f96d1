/**
 * Why a connection was ended: the one table of error codes on the wire. protocol.md has the same
 * table for people; a test compares them.
 */
export const WIRE_ERRORS = {
  INTERNAL: [1, true, 'an internal error; the log of the side that reports it says more'],
  BAD_FRAME: [2, true, 'a frame that cannot be understood at this point'],
  FRAME_TOO_LARGE: [3, true, 'a frame above the size limit'],
  PROTOCOL_VERSION: [4, false, 'the other side speaks another version of the protocol: update one'],
  UNAUTHENTICATED: [5, false, 'no valid token or certificate was shown'],
  FORBIDDEN: [6, false, 'this identity may not read what it asked for'],
  UNKNOWN_DATABASE: [7, false, 'the hub does not serve this database'],
  UNKNOWN_COLLECTION: [8, false, 'the hub has no collection of this name'],
  BAD_REQUEST: [9, false, 'a request with a value that cannot be granted'],
  NO_COMMON_CODEC: [10, false, 'the two sides have no compression in common'],
  CHECKSUM: [11, true, 'a batch whose checksum is wrong'],
  BATCH_TOO_LARGE: [12, true, 'a batch above the size limit'],
  BAD_BATCH: [13, true, 'a batch that cannot be decoded'],
  BLOCK_ORDER: [14, true, 'a block out of order'],
  UNKNOWN_FEED: [15, true, 'a feed that does not exist on this connection'],
  BAD_ACK: [16, true, 'an acknowledgement of what was not sent'],
  KEEPALIVE_TIMEOUT: [17, true, 'nothing was heard for too long'],
  HANDSHAKE_TIMEOUT: [18, true, 'the handshake took too long'],
  GOING_AWAY: [19, true, 'this side is shutting down'],
  OVERLOADED: [20, true, 'no room now, try later'],
} as const satisfies Record<string, readonly [number, boolean, string]>;

export type WireErrorName = keyof typeof WIRE_ERRORS;

/** What a code means; one that only a later version knows counts as one that may be retried (P80). */
export function wireErrorOf(code: number): { name: string; retryable: boolean; meaning: string } {
  for (const [name, [known, retryable, meaning]] of Object.entries(WIRE_ERRORS)) {
    if (known === code) {
      return { name, retryable, meaning };
    }
  }
  return { name: `ERROR_${code}`, retryable: true, meaning: `error ${code}` };
}

/** The other side broke a rule: the connection ends with this code. */
export class ProtocolException extends Error {
  readonly code: WireErrorName;

  constructor(code: WireErrorName, message: string) {
    super(message);
    this.name = 'ProtocolException';
    this.code = code;
  }
}

export type CodecCategory =
  | 'TRUNCATED'
  | 'MALFORMED'
  | 'BAD_VALUE'
  | 'TOO_LARGE'
  | 'COMPRESSION'
  | 'CHECKSUM';

/** Bytes that are not what a hub may send. */
export class CodecException extends ProtocolException {
  readonly category: CodecCategory;

  constructor(category: CodecCategory, message: string) {
    super(
      category === 'CHECKSUM' ? 'CHECKSUM' : category === 'TOO_LARGE' ? 'BATCH_TOO_LARGE' : 'BAD_BATCH',
      message,
    );
    this.name = 'CodecException';
    this.category = category;
  }
}
