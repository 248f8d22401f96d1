package io.replicator.api;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a feed stands, as the hub gave it: opaque to the client, stored by its sink in the same
 * atomic step as the data (invariant I4). It has one part for each {@link Lane}, because batches of
 * the two lanes overtake each other; {@code null} = no such part yet.
 */
public record Cursor(byte @Nullable [] live, byte @Nullable [] backfill) {
  /** The largest part a hub gives and a client accepts, in bytes. */
  public static final int MAX_PART_BYTES = 1024;

  /** Of a feed that never got anything. */
  public static final Cursor NONE = new Cursor(null, null);

  // Not the short form: the compiler forgets @Nullable on the parameters of that one.
  public Cursor(byte @Nullable [] live, byte @Nullable [] backfill) {
    requireSize(live);
    requireSize(backfill);
    this.live = live;
    this.backfill = backfill;
  }

  /** This cursor with the parts of {@code update} that are present. */
  public Cursor updatedBy(Cursor update) {
    return new Cursor(
        update.live != null ? update.live : live,
        update.backfill != null ? update.backfill : backfill);
  }

  public boolean isNone() {
    return live == null && backfill == null;
  }

  private static void requireSize(byte @Nullable [] part) {
    if (part != null && part.length > MAX_PART_BYTES) {
      throw new IllegalArgumentException(
          "a cursor part of " + part.length + " bytes, at most " + MAX_PART_BYTES + " expected");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Cursor cursor
        && Arrays.equals(live, cursor.live)
        && Arrays.equals(backfill, cursor.backfill);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(live) + Arrays.hashCode(backfill);
  }
}
