package io.replicator.link.transport.netty;

import io.replicator.link.codec.WireError;

/** Bytes from the peer that are no frame. */
final class FrameViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final WireError error;

  FrameViolation(WireError error, String text) {
    super(text, null, false, false);
    this.error = error;
  }

  WireError error() {
    return error;
  }
}
