package io.replicator.hub.delivery;

import io.replicator.api.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One value too large for a batch on its way in one lane: a slice a batch, each taken only when the
 * lane has room. The cursor stays at the key until the last slice is sent. The slices are read by
 * {@link LargeSlices}, which others may share.
 */
final class LargeTransfer {
  private final DatabaseState database;
  private final BatchWorks works;
  private final Outcome.Large large;
  private final int sliceBytes;
  private final long minReadVersion;
  private @Nullable LargeSlices slices;
  private int index;
  private boolean ended;

  /**
   * @param minReadVersion the version of the newest batch of the lane, 0 = it does not matter
   */
  LargeTransfer(
      BatchWorks works,
      DatabaseState database,
      Outcome.Large large,
      int sliceBytes,
      long minReadVersion) {
    this.works = works;
    this.database = database;
    this.large = large;
    this.sliceBytes = sliceBytes;
    this.minReadVersion = minReadVersion;
  }

  /** Whether the last slice was produced or the value was given up. */
  boolean ended() {
    return ended;
  }

  /** Builds the batch with the next slice. */
  void produce(BuildSpec spec, BatchBuild.Listener listener) {
    LargeSlices from = slices;
    if (from == null) {
      from = database.largeReads().join(works, database, large, sliceBytes, leastVersion(spec));
      slices = from;
      index = 0;
    }
    long readVersion = from.readVersion();
    from.take(
        index,
        new LargeSlices.Taker() {
          @Override
          public void take(LargeSlices.Slice slice) {
            taken(spec, slice, readVersion, listener);
          }

          @Override
          public void failed(Throwable reason) {
            leave();
            listener.failed(reason);
          }
        });
  }

  /** Nothing that was read before the rounds were known may be sent for them. */
  private long leastVersion(BuildSpec spec) {
    return spec.rounds().stream().mapToLong(Round::until).reduce(minReadVersion, Math::max);
  }

  void close() {
    ended = true;
    leave();
  }

  private void leave() {
    LargeSlices left = slices;
    slices = null;
    if (left != null) {
      database.largeReads().leave(left);
    }
  }

  private void taken(
      BuildSpec spec, LargeSlices.Slice slice, long readVersion, BatchBuild.Listener listener) {
    if (ended) {
      listener.failed(new IllegalStateException("given up"));
      return;
    }
    switch (slice) {
      case LargeSlices.Slice.Piece piece -> send(spec, piece, readVersion, listener);
      case LargeSlices.Slice.Left left -> {
        close();
        listener.built(new Outcome.Nothing(spec.roundsAt(large.slot() + 1), spec.pass()));
      }
      case LargeSlices.Slice.Anew anew -> {
        leave();
        produce(spec, listener);
      }
    }
  }

  private void send(
      BuildSpec spec,
      LargeSlices.Slice.Piece piece,
      long readVersion,
      BatchBuild.Listener listener) {
    index++;
    List<Round> rounds = spec.roundsAt(piece.last() ? large.slot() + 1 : large.slot());
    if (piece.last()) {
      close();
    }
    List<Change> changes = new ArrayList<>(List.of(piece.change()));
    piece
        .batches()
        .request(
            spec,
            () -> BatchContent.of(spec, readVersion, changes, rounds, null),
            encoded ->
                listener.built(
                    new Outcome.Ready(
                        encoded,
                        rounds,
                        spec.pass(),
                        spec.chained(),
                        readVersion,
                        database.version())),
            listener::failed);
  }
}
