package io.replicator.link.codec;

import io.replicator.link.wire.Frame;

/**
 * The other side did something the protocol does not allow: the connection ends with this error.
 * The text names the value that came and what was expected.
 */
public sealed class ProtocolException extends RuntimeException permits CodecException {
  private static final long serialVersionUID = 1L;

  /** The longest text: it may quote a key, and goes over the wire. */
  private static final int MAX_TEXT = 500;

  private final WireError error;

  public ProtocolException(WireError error, String text) {
    super(shortened(text));
    this.error = error;
  }

  ProtocolException(WireError error, String text, Throwable cause) {
    super(shortened(text), cause);
    this.error = error;
  }

  public final WireError error() {
    return error;
  }

  /** The Error frame to send before the connection is closed. */
  public final Frame frame() {
    return error.frame(String.valueOf(getMessage()));
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
