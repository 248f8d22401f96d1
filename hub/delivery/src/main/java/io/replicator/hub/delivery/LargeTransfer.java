package io.replicator.hub.delivery;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Source.ChangedMeanwhile;
import io.replicator.api.Source.LargeRead;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One value too large for a batch on its way in one lane: a slice a batch, each read only when the
 * lane has room. The cursor stays at the key until the last slice is sent. If the value changes
 * meanwhile, it is left for a later round (plain database) or begun again (versioned, where only
 * the application gives versions); after {@link #STREAMED_ATTEMPTS} times it is read in one piece.
 */
final class LargeTransfer {
  private static final int STREAMED_ATTEMPTS = 3;
  private static final int MAX_WHOLE_BYTES = 64 * 1024 * 1024;

  private final BatchWorks works;
  private final DatabaseState database;
  private final Outcome.Large large;
  private final int sliceBytes;
  private final long readVersion;
  private final Key key;
  private @Nullable LargeRead stream;
  private @Nullable List<Value> whole;
  private long wholeExpiresAtMillis;
  private int index;
  private boolean ended;

  LargeTransfer(BatchWorks works, DatabaseState database, Outcome.Large large, int sliceBytes) {
    this.works = works;
    this.database = database;
    this.large = large;
    this.sliceBytes = sliceBytes;
    this.readVersion = database.version();
    this.key = Key.of(large.key());
  }

  long readVersion() {
    return readVersion;
  }

  /** Whether the last slice was produced or the value was given up. */
  boolean ended() {
    return ended;
  }

  /** Builds the batch with the next slice. */
  void produce(BuildSpec spec, BatchBuild.Listener listener) {
    if (whole != null) {
      wholeSlice(spec, listener);
    } else if (stream == null && database.largeFailures().of(key) >= STREAMED_ATTEMPTS) {
      readWhole(spec, listener);
    } else {
      streamSlice(spec, listener);
    }
  }

  void close() {
    ended = true;
    whole = null;
    LargeRead open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
  }

  private void streamSlice(BuildSpec spec, BatchBuild.Listener listener) {
    LargeRead open = stream;
    if (open == null) {
      open = database.source().readLarge(large.key(), sliceBytes);
      stream = open;
      index = 0;
    }
    open.next()
        .whenComplete((slice, failure) ->
            works.loop().execute(() -> streamed(spec, slice, failure, listener)));
  }

  private void streamed(
      BuildSpec spec,
      @Nullable LargeSlice slice,
      @Nullable Throwable failure,
      BatchBuild.Listener listener) {
    if (ended) {
      listener.failed(new IllegalStateException("given up"));
    } else if (slice != null) {
      Value value = slice.slice();
      if (value == null) {
        gone(spec, listener);
      } else {
        encode(spec, part(value, slice.expiresAtMillis(), slice.last()), slice.last(), listener);
      }
    } else if (causeOf(failure) instanceof ChangedMeanwhile) {
      changedMeanwhile(spec, listener);
    } else {
      closeStream();
      listener.failed(causeOf(failure));
    }
  }

  private void changedMeanwhile(BuildSpec spec, BatchBuild.Listener listener) {
    works.counters().increment(DeliveryCounter.LARGE_CHANGED);
    int failures = database.largeFailures().add(key);
    closeStream();
    if (database.versioned() || failures >= STREAMED_ATTEMPTS) {
      produce(spec, listener);
      return;
    }
    if (database.index().versionOf(large.slot()) == large.version()) {
      database.changedUnhinted(large.key());
    }
    skip(spec, listener);
  }

  private void readWhole(BuildSpec spec, BatchBuild.Listener listener) {
    database
        .source()
        .read(List.of(large.key()), MAX_WHOLE_BYTES, MAX_WHOLE_BYTES)
        .whenComplete(
            (page, failure) -> works.loop().execute(() -> wasRead(spec, page, failure, listener)));
  }

  private void wasRead(
      BuildSpec spec,
      @Nullable ReadPage page,
      @Nullable Throwable failure,
      BatchBuild.Listener listener) {
    if (ended || page == null) {
      listener.failed(causeOf(failure));
      return;
    }
    switch (page.entries().getFirst()) {
      case Read.Present present -> {
        whole = new ArrayList<>(ValueSlicer.slices(present.value(), sliceBytes));
        wholeExpiresAtMillis = present.expiresAtMillis();
        index = 0;
        wholeSlice(spec, listener);
      }
      case Read.Absent absent -> gone(spec, listener);
      case Read.Large tooLarge -> streamSlice(spec, listener);
      case Read.Skipped skipped -> streamSlice(spec, listener);
    }
  }

  private void wholeSlice(BuildSpec spec, BatchBuild.Listener listener) {
    List<Value> slices = whole;
    if (slices == null) {
      throw new IllegalStateException("no slices of " + key);
    }
    Value value = slices.removeFirst();
    boolean last = slices.isEmpty();
    encode(spec, part(value, wholeExpiresAtMillis, last), last, listener);
  }

  private Change part(Value slice, long expiresAtMillis, boolean last) {
    works.counters().increment(DeliveryCounter.LARGE_SLICES);
    return new Change.Part(key, large.version(), index++, last, slice, expiresAtMillis);
  }

  private void gone(BuildSpec spec, BatchBuild.Listener listener) {
    database.index().markAbsent(large.slot(), large.version());
    encode(spec, new Change.Remove(key, large.version()), true, listener);
  }

  private void skip(BuildSpec spec, BatchBuild.Listener listener) {
    close();
    listener.built(new Outcome.Nothing(spec.roundsAt(large.slot() + 1), spec.pass()));
  }

  private void encode(BuildSpec spec, Change change, boolean last, BatchBuild.Listener listener) {
    List<Round> rounds = spec.roundsAt(last ? large.slot() + 1 : large.slot());
    if (last) {
      database.largeFailures().forget(key);
      close();
    }
    List<Change> changes = new ArrayList<>(List.of(change));
    works.encode(
        spec.compression(),
        spec.level(),
        () -> BatchContent.of(spec, readVersion, changes, rounds, null),
        encoded ->
            listener.built(
                new Outcome.Ready(
                    encoded, rounds, spec.pass(), spec.chained(), readVersion, database.version())),
        listener::failed);
  }

  private void closeStream() {
    LargeRead open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
  }

  private static Throwable causeOf(@Nullable Throwable failure) {
    if (failure == null) {
      return new IllegalStateException("given up");
    }
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
