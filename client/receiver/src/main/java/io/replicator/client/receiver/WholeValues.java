package io.replicator.client.receiver;

import io.replicator.api.Change;
import io.replicator.api.Key;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Of a value that comes in parts all are kept or none (P220): between two parts what the first one
 * was older than may be forgotten, and the rest alone would be taken for the value. For one lane,
 * which brings one such value at a time.
 */
final class WholeValues {
  /** The value whose parts are dropped up to its last one; null = none. */
  private @Nullable Key dropped;

  boolean isIdle() {
    return dropped == null;
  }

  /**
   * Whether a change is kept.
   *
   * @param newer whether it would be, if there were no parts before it
   */
  boolean keeps(Change change, boolean newer) {
    if (!(change instanceof Change.Part part)) {
      return newer;
    }
    boolean begins = part.index() == 0;
    boolean keeps = newer && (begins || !Objects.equals(part.key(), dropped));
    if (!keeps) {
      dropped = part.last() ? null : part.key();
    } else if (begins) {
      dropped = null;
    }
    return keeps;
  }

  /** What comes next belongs to no value before it. */
  void clear() {
    dropped = null;
  }
}
