package io.replicator.api;

/**
 * A key's new value, or its removal. Carries the {@link Source}'s version of the change, so that a
 * receiver can tell a newer one from an older one (invariant I3).
 */
public sealed interface Change {

  Key key();

  /** Position in the database's order of changes, at least 1. */
  long version();

  /**
   * The key has this value.
   *
   * @param expiresAtMillis Unix time in milliseconds at which the key ends, 0 = never
   */
  record Put(Key key, long version, Value value, long expiresAtMillis) implements Change {
    public Put {
      requireVersion(version);
      if (expiresAtMillis < 0) {
        throw new IllegalArgumentException("expiresAtMillis " + expiresAtMillis + " is negative");
      }
    }
  }

  /** The key is absent (deleted, expired, evicted, renamed away, flushed). */
  record Remove(Key key, long version) implements Change {
    public Remove {
      requireVersion(version);
    }
  }

  /**
   * A slice of a value too large for one batch. Slices of a key come in order within one stream of
   * one feed; slice 0 starts anew whatever came before; a sink collects them aside and makes the
   * whole value visible at once with the last one. A {@link Value.StreamValue}'s bookkeeping is
   * right in the last slice only.
   *
   * @param index 0 for the first slice
   * @param last whether the value is complete with this slice
   * @param slice the elements (or bytes) to append; of the same type in all slices of a value
   */
  record Part(Key key, long version, int index, boolean last, Value slice, long expiresAtMillis)
      implements Change {
    public Part {
      requireVersion(version);
      if (index < 0) {
        throw new IllegalArgumentException("index " + index + " is negative");
      }
      if (expiresAtMillis < 0) {
        throw new IllegalArgumentException("expiresAtMillis " + expiresAtMillis + " is negative");
      }
    }
  }

  private static void requireVersion(long version) {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + " is less than 1");
    }
  }
}
