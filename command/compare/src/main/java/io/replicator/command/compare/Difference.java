package io.replicator.command.compare;

import io.replicator.api.Key;

/**
 * One key that is not as it should be.
 *
 * @param key the key as the source names it, without prefix
 * @param detail what is here and what is there: "list, 3 elements; 2 at the target"
 */
public record Difference(Kind kind, Key key, String detail) {

  /** What is wrong with it. */
  public enum Kind {
    /** The source has it, the target does not. */
    MISSING,
    /** The target has it, the source does not. */
    EXTRA,
    TYPE,
    VALUE,
    /** The key ends at another time, or a field of the hash does. */
    EXPIRY
  }
}
