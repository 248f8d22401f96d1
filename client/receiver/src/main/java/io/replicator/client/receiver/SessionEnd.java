package io.replicator.client.receiver;

import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Error;
import java.util.Optional;

/** Why a session ended: what to say, and what to do next. */
public sealed interface SessionEnd {

  /** For people: what happened and, where someone can do something, what. */
  String text();

  /** The connection is gone, or silent: come back soon. */
  record Lost(String text) implements SessionEnd {}

  /**
   * The hub ended it.
   *
   * @param code the wire error code
   * @param retryable whether coming back soon may help; if not, someone must change something
   */
  record HubRefused(int code, boolean retryable, String text) implements SessionEnd {
    static HubRefused of(Error error) {
      Optional<WireError> known = WireError.ofCode(error.getCode());
      String sentence = known.map(WireError::sentence).orElse("error " + error.getCode());
      return new HubRefused(
          error.getCode(),
          known.map(WireError::retryable).orElse(true),
          "the hub says: " + (error.getText().isBlank() ? sentence : error.getText()));
    }
  }

  /** The hub sent what the protocol does not allow; it was told. */
  record Violated(String text) implements SessionEnd {}

  /** Every target failed. */
  record NoTargetLeft(String text) implements SessionEnd {}

  /** This side wanted it. */
  record Closed(String text) implements SessionEnd {}
}
