package io.replicator.hub.delivery;

import io.replicator.api.Batch;
import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the changes and the cursor part of one lane together to a {@link Batch}. */
final class BatchContent {
  private BatchContent() {}

  /**
   * @param changes sorted here by key: neighbours compress better, and within a batch order is free
   */
  static Batch of(
      BuildSpec spec,
      long readVersion,
      List<Change> changes,
      List<Round> roundsAfter,
      @Nullable VersionChain chain) {
    changes.sort(Comparator.comparing(Change::key));
    Cursor cursor =
        switch (spec.lane()) {
          case LIVE ->
              new Cursor(
                  CursorCodec.live(
                      spec.epoch(),
                      spec.slots(),
                      roundsAfter.getFirst(),
                      chain == null ? spec.chained() : chain.version(),
                      spec.database().marks().of(roundsAfter.getFirst().until())),
                  null);
          case BACKFILL ->
              spec.isReconcile()
                  ? Cursor.NONE
                  : new Cursor(null, CursorCodec.backfill(spec.epoch(), spec.slots(), roundsAfter));
        };
    boolean snapshotEnds =
        spec.lane() == Lane.BACKFILL
            && !spec.isReconcile()
            && spec.round().isSnapshot()
            && (roundsAfter.isEmpty() || !roundsAfter.getFirst().isSnapshot());
    return new Batch(
        anyFeedOf(spec.database()),
        spec.lane(),
        spec.epoch(),
        readVersion,
        changes,
        cursor,
        false,
        snapshotEnds,
        chain);
  }

  /** Only a cursor: both parts change at once, everything later waits for it. */
  static Batch turn(
      DatabaseState database, FeedPosition position, long readVersion, boolean snapshotBegins) {
    return new Batch(
        anyFeedOf(database),
        Lane.LIVE,
        database.epoch(),
        readVersion,
        List.of(),
        database.cursor(position),
        snapshotBegins,
        false,
        null);
  }

  /** Only the live lane's part of the cursor. */
  static Batch liveCursor(DatabaseState database, FeedPosition position) {
    byte[] part = database.cursor(position).live();
    return new Batch(
        anyFeedOf(database),
        Lane.LIVE,
        database.epoch(),
        database.version(),
        List.of(),
        new Cursor(part, null),
        false,
        false,
        null);
  }

  /** Live changes whose cursor comes later. */
  static Batch withoutCursor(DatabaseState database, long readVersion, List<Change> changes) {
    return live(database, readVersion, changes, Cursor.NONE);
  }

  /** Live changes that bring a feed to this position. */
  static Batch withCursor(DatabaseState database, FeedPosition position, List<Change> changes) {
    byte[] part = database.cursor(position).live();
    return live(database, database.version(), changes, new Cursor(part, null));
  }

  private static Batch live(
      DatabaseState database, long readVersion, List<Change> changes, Cursor cursor) {
    List<Change> sorted = new ArrayList<>(changes);
    sorted.sort(Comparator.comparing(Change::key));
    return new Batch(
        anyFeedOf(database),
        Lane.LIVE,
        database.epoch(),
        readVersion,
        sorted,
        cursor,
        false,
        false,
        null);
  }

  /** The feed is not in the bytes: the blocks say it. */
  private static FeedId anyFeedOf(DatabaseState database) {
    return new FeedId(database.database(), "", KeyPatterns.ALL);
  }
}
