package io.replicator.hub.delivery;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a datagram lane owes: slots that changed, in the order in which their turn comes, with the
 * newest version that was sent and the newest that is known to be at the client. And the round that
 * the stored cursor waits for: it may move on when every slot of the round is there at least as new
 * as it was when the round began (I4, I8). Confined to the loop.
 *
 * <pre>
 *   changed ──→ queued ──take──→ sent ──confirmed──→ clean, forgotten when the cursor has passed it
 *                 ↑___ lost ______│
 * </pre>
 */
final class DirtySlots {
  /** One slot. */
  static final class Slot {
    final int number;
    private boolean queued;

    /** The version that was chosen last, 0 = none yet. */
    private long sent;

    private long confirmed;

    /** The round under way needs this version, 0 = nothing more. */
    private long needed;

    /** The version whose value is too large for one batch: it goes with the round's blocks. */
    private long inParts;

    private Slot(int number) {
      this.number = number;
    }
  }

  private final Map<Integer, Slot> slots = new HashMap<>();
  private final ArrayDeque<Slot> queue = new ArrayDeque<>();
  private @Nullable Pass round;
  private int missing;
  private int[] roundInParts = new int[8];
  private int roundInPartsCount;

  int size() {
    return slots.size();
  }

  int queued() {
    return queue.size();
  }

  void clear() {
    slots.clear();
    queue.clear();
    round = null;
    missing = 0;
    roundInPartsCount = 0;
  }

  /** It changed: its turn comes behind all others. */
  void changed(int number) {
    Slot slot = slots.computeIfAbsent(number, Slot::new);
    if (!slot.queued) {
      slot.queued = true;
      queue.addLast(slot);
    }
  }

  /** What comes next; whoever takes it says with {@link #chosen} that it goes. */
  @Nullable Slot take() {
    Slot slot = queue.pollFirst();
    if (slot != null) {
      slot.queued = false;
    }
    return slot;
  }

  /** This version of it is being read, to be sent. */
  void chosen(Slot slot, long version) {
    slot.sent = version;
  }

  boolean isConfirmed(Slot slot, long version) {
    return slot.confirmed >= version;
  }

  /** It did not come about: it comes first again, unless it is newer by now and sent. */
  boolean again(int number, long version) {
    Slot slot = slots.get(number);
    if (slot == null || slot.queued || slot.sent != version || slot.confirmed >= version) {
      return false;
    }
    slot.queued = true;
    queue.addFirst(slot);
    return true;
  }

  /** The client has it, at least at this version. */
  void confirmed(int number, long version) {
    Slot slot = slots.get(number);
    if (slot != null && slot.confirmed < version) {
      slot.confirmed = version;
      if (slot.needed > 0 && slot.confirmed >= slot.needed) {
        slot.needed = 0;
        missing--;
      }
    }
  }

  /** This version is too large for one batch. */
  void inParts(int number, long version) {
    Slot slot = slots.get(number);
    if (slot == null) {
      return;
    }
    slot.inParts = version;
    if (slot.needed > 0 && round != null) {
      slot.needed = 0;
      missing--;
      addInParts(number);
    }
  }

  boolean hasRound() {
    return round != null;
  }

  /** Begins a round; {@code need} says each slot's version now. */
  void beginRound(Pass pass) {
    round = pass;
    missing = 0;
    roundInPartsCount = 0;
  }

  /** The round waits for this slot at this version, unless it is there. */
  void need(int number, long version) {
    Slot slot = slots.computeIfAbsent(number, Slot::new);
    if (slot.confirmed >= version) {
      return;
    }
    if (slot.inParts >= version) {
      addInParts(number);
      return;
    }
    slot.needed = version;
    missing++;
    if (!slot.queued && slot.sent < version) {
      changed(number);
    }
  }

  /** Whether everything of the round is there but what has to go in parts. */
  boolean roundIsThere() {
    return round != null && missing == 0;
  }

  /** The rest of the round, for the blocks. */
  Pass endRound() {
    Pass ended = round;
    if (ended == null) {
      throw new IllegalStateException("no round to end");
    }
    int[] rest = Arrays.copyOf(roundInParts, roundInPartsCount);
    Arrays.sort(rest);
    round = null;
    return Pass.list(ended.after(), ended.until(), rest);
  }

  /** The cursor has passed this version: what is clean below it need not be remembered. */
  void passed(long version) {
    slots
        .values()
        .removeIf(slot ->
            !slot.queued
                && slot.needed == 0
                && slot.sent <= version
                && slot.confirmed <= version
                && slot.inParts <= version);
  }

  private void addInParts(int number) {
    if (roundInPartsCount == roundInParts.length) {
      roundInParts = Arrays.copyOf(roundInParts, 2 * roundInParts.length);
    }
    roundInParts[roundInPartsCount++] = number;
  }
}
