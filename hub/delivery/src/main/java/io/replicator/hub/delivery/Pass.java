package io.replicator.hub.delivery;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A live round under way: the slots that are dirty, listed when it begins and again from batch to
 * batch, or, if they were too many to list and may not be folded, a walk over all slots. Each of
 * them is sent once, with what it holds when its turn comes, even if it changed since: a key that
 * changes faster than rounds go would starve otherwise (I5). Compared by identity: subscribers that
 * share one share its batches.
 */
final class Pass {
  private final long after;
  private final long until;
  private final int @Nullable [] slots;
  private final Listed listed;
  private final boolean wanted;

  /**
   * When the slots were listed.
   *
   * @param version everything dirty at this version is on the list
   */
  record Listed(long version, long nanos) {
    /** Only some of what is dirty. */
    static final Listed SOME = new Listed(0, 0);
  }

  private Pass(long after, long until, int @Nullable [] slots, Listed listed, boolean wanted) {
    this.after = after;
    this.until = until;
    this.slots = slots;
    this.listed = listed;
    this.wanted = wanted;
  }

  static Pass list(long after, long until, int[] slots, Listed listed) {
    return new Pass(after, until, slots, listed, false);
  }

  /** Of some of what is dirty. */
  static Pass list(long after, long until, int[] slots) {
    return new Pass(after, until, slots, Listed.SOME, false);
  }

  /** Not a live round: what a reconcile found to be lacking, of what has at most this version. */
  static Pass wanted(long until, int[] slots) {
    return new Pass(0, until, slots, Listed.SOME, true);
  }

  /** Whether keys that changed since it began are left out, because the live lane owes them. */
  boolean isWanted() {
    return wanted;
  }

  static Pass walk(long after, long until) {
    return new Pass(after, until, null, new Listed(Long.MAX_VALUE, 0), false);
  }

  Listed listed() {
    return listed;
  }

  long after() {
    return after;
  }

  long until() {
    return until;
  }

  /** The listed slots, ascending; null = walk over all. */
  int @Nullable [] slots() {
    return slots;
  }

  /** Where the list goes on for a round that stands at this slot. */
  static int indexOf(int[] slots, int fromSlot) {
    int at = Arrays.binarySearch(slots, fromSlot);
    return at >= 0 ? at : -at - 1;
  }
}
