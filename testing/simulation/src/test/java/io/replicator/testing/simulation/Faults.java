package io.replicator.testing.simulation;

import io.replicator.testing.testkit.VirtualLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found to be wrong, with the time. Kept until the run is judged: a callback may not
 * throw.
 */
final class Faults {
  private static final int MAX = 20;

  private final VirtualLoop loop;
  private final List<String> found = new ArrayList<>();

  Faults(VirtualLoop loop) {
    this.loop = loop;
  }

  void add(String what) {
    if (found.size() < MAX) {
      found.add("%.6f s: %s".formatted(loop.nowNanos() / 1e9, what));
    }
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  @Override
  public String toString() {
    return String.join("\n", found);
  }
}
