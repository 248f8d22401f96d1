package io.replicator.hub.delivery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * How new the slots were when one live round sent them: stretches of slots, each with the index's
 * version when its batch began to be read. What has not changed since need not be in the next
 * round, although it changed after this one began.
 *
 * <pre>
 *   slots      0 ──────── 400 ──────── 950 ──────── …
 *   sent at        v 17         v 21         v 26
 * </pre>
 *
 * @param stretches ascending; slots behind the last one are not known
 */
record SentSlots(List<Stretch> stretches) {
  static final SentSlots NONE = new SentSlots(List.of());

  /** More stretches would cost more than what they spare. */
  private static final int MAX_STRETCHES = 1024;

  /**
   * The slots from the end of the stretch before to {@code end}.
   *
   * @param end the first slot that is not of it
   * @param version everything up to it was sent, 0 = nothing is known
   */
  record Stretch(int end, long version) {}

  SentSlots {
    stretches = List.copyOf(stretches);
  }

  /** Takes out of ascending slots those that have not changed since they were sent. */
  int[] changedOf(int[] slots, int count, IntToLongFunction versionOf) {
    if (stretches.isEmpty()) {
      return Arrays.copyOf(slots, count);
    }
    int[] changed = new int[count];
    int kept = 0;
    int at = 0;
    for (int i = 0; i < count; i++) {
      while (at < stretches.size() && slots[i] >= stretches.get(at).end()) {
        at++;
      }
      long sentAt = at < stretches.size() ? stretches.get(at).version() : 0;
      if (versionOf.applyAsLong(slots[i]) > sentAt) {
        changed[kept++] = slots[i];
      }
    }
    return Arrays.copyOf(changed, kept);
  }

  /** What the round under way has sent so far. Confined to the loop. */
  static final class Growing {
    private final List<Stretch> stretches = new ArrayList<>();

    /** Everything up to the slot was read at this version or later; 0 = not known. */
    void sentUpTo(int slot, long version) {
      int before = stretches.isEmpty() ? 0 : stretches.getLast().end();
      if (slot > before && stretches.size() < MAX_STRETCHES) {
        stretches.add(new Stretch(slot, version));
      }
    }

    /**
     * The round is over: what it sent that is newer than its end, where the next one begins.
     * Nothing of it is newer: feeds that went through other batches are at the same place again.
     */
    SentSlots finish(long until) {
      boolean newer = stretches.stream().anyMatch(stretch -> stretch.version() > until);
      SentSlots all = newer ? new SentSlots(stretches) : NONE;
      stretches.clear();
      return all;
    }

    void forget() {
      stretches.clear();
    }
  }
}
