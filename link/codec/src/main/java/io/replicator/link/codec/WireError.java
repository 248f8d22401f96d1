package io.replicator.link.codec;

import io.replicator.link.wire.Error;
import io.replicator.link.wire.Frame;
import java.util.Optional;

/**
 * Why a connection was ended: the one table of error codes on the wire. protocol.md has the same
 * table for people; a test compares them.
 */
public enum WireError {
  /** Something went wrong inside; the log of that side has it. */
  INTERNAL(1, true, "an internal error; the log of the side that reports it says more"),
  /** Not a Frame, or a frame that has no place here. */
  BAD_FRAME(2, true, "a frame that cannot be understood at this point"),
  /** A frame above the limit. */
  FRAME_TOO_LARGE(3, true, "a frame above the size limit"),
  /** The sides speak different versions. */
  PROTOCOL_VERSION(4, false, "the other side speaks another version of the protocol: update one"),
  /** No valid token or certificate. */
  UNAUTHENTICATED(5, false, "no valid token or certificate was shown"),
  /** Known, but not allowed to read this. */
  FORBIDDEN(6, false, "this identity may not read what it asked for"),
  /** The hub does not serve that database. */
  UNKNOWN_DATABASE(7, false, "the hub does not serve this database"),
  /** The hub has no collection of that name. */
  UNKNOWN_COLLECTION(8, false, "the hub has no collection of this name"),
  /** The Hello asks for something impossible. */
  BAD_REQUEST(9, false, "a request with a value that cannot be granted"),
  /** None of the client's codecs is allowed at the hub. */
  NO_COMMON_CODEC(10, false, "the two sides have no compression in common"),
  /** The bytes that arrived are not those that were sent. */
  CHECKSUM(11, true, "a batch whose checksum is wrong"),
  /** A batch above the receiver's limit, compressed or not. */
  BATCH_TOO_LARGE(12, true, "a batch above the size limit"),
  /** A batch that cannot be decompressed or decoded. */
  BAD_BATCH(13, true, "a batch that cannot be decoded"),
  /** A block that does not continue what came before it. */
  BLOCK_ORDER(14, true, "a block out of order"),
  /** A feed number that was not granted on this connection. */
  UNKNOWN_FEED(15, true, "a feed that does not exist on this connection"),
  /** An acknowledgement of something that was never sent. */
  BAD_ACK(16, true, "an acknowledgement of what was not sent"),
  /** Nothing was heard for three keep-alive intervals. */
  KEEPALIVE_TIMEOUT(17, true, "nothing was heard for too long"),
  /** The first frame did not come in time. */
  HANDSHAKE_TIMEOUT(18, true, "the handshake took too long"),
  /** This side is shutting down. */
  GOING_AWAY(19, true, "this side is shutting down"),
  /** No room for one more connection or feed now. */
  OVERLOADED(20, true, "no room now, try later");

  private static final WireError[] ALL = values();

  private final int code;
  private final boolean retryable;
  private final String sentence;

  WireError(int code, boolean retryable, String sentence) {
    this.code = code;
    this.retryable = retryable;
    this.sentence = sentence;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** Whether connecting again, unchanged, may help. */
  public boolean retryable() {
    return retryable;
  }

  /** What it means, for people. */
  public String sentence() {
    return sentence;
  }

  /** The frame that tells the other side. */
  public Frame frame(String text) {
    return Frame.newBuilder().setError(Error.newBuilder().setCode(code).setText(text)).build();
  }

  /** The error with this code; empty for one that only a later version knows. */
  public static Optional<WireError> ofCode(int code) {
    return code >= 1 && code <= ALL.length ? Optional.of(ALL[code - 1]) : Optional.empty();
  }
}
