package io.replicator.hub.delivery;

/**
 * One pass over what was dirty when it began: keys with a version in {@code (after, until]}, in
 * slots from {@code slot} on, are still to be sent.
 */
record Round(long after, long until, int slot) {
  Round {
    if (after < 0 || until < after || slot < 0) {
      throw new IllegalArgumentException(
          "round ("
              + after
              + ", "
              + until
              + "] from slot "
              + slot
              + ": 0 <= after <= until expected");
    }
  }

  /** Nothing to send: everything up to this version is done. */
  static Round doneAt(long version) {
    return new Round(version, version, 0);
  }

  /** Only a load of everything starts at zero. */
  boolean isSnapshot() {
    return after == 0;
  }

  Round from(int newSlot) {
    return new Round(after, until, newSlot);
  }

  @Override
  public String toString() {
    return "(" + after + ", " + until + "] from slot " + slot;
  }
}
