package io.replicator.hub.delivery;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Source.ChangedMeanwhile;
import io.replicator.api.Source.LargeRead;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The slices of one value too large for a batch, read once for all lanes that stand at it. The last
 * few are kept: who is a little behind gets the same, who is further behind begins again. If the
 * value changes meanwhile, it is left for a later round (plain database) or begun again (versioned,
 * where only the application gives versions); after {@link #STREAMED_ATTEMPTS} times it is read in
 * one piece. Confined to the loop.
 *
 * <pre>
 *   source → slice n  → takers that wait for it
 *            slices n-4 … n-1 kept
 * </pre>
 */
final class LargeSlices {
  private static final int STREAMED_ATTEMPTS = 3;
  private static final int MAX_WHOLE_BYTES = 64 * 1024 * 1024;
  private static final int KEPT = 4;

  /** What a taker gets. */
  sealed interface Slice {
    /**
     * The next change to send.
     *
     * @param last whether nothing of the value comes after it
     */
    record Piece(Change change, boolean last, SliceBatches batches) implements Slice {}

    /** It changed meanwhile and comes with a later round. */
    record Left() implements Slice {}

    /** The slices begin anew: by another {@link LargeSlices}. */
    record Anew() implements Slice {}
  }

  /** Hears, once, on the loop, never from inside {@link #take}. */
  interface Taker {
    void take(Slice slice);

    void failed(Throwable reason);
  }

  private final BatchWorks works;
  private final DatabaseState database;
  private final Outcome.Large large;
  private final int sliceBytes;
  private final long readVersion;
  private final Key key;
  private final ArrayDeque<Slice.Piece> kept = new ArrayDeque<>();
  private final List<Taker> waiting = new ArrayList<>();
  private @Nullable LargeRead stream;
  private @Nullable Iterator<Value> whole;
  private long wholeExpiresAtMillis;
  private int next;
  private boolean reading;
  private boolean over;
  private int users;

  LargeSlices(BatchWorks works, DatabaseState database, Outcome.Large large, int sliceBytes) {
    this.works = works;
    this.database = database;
    this.large = large;
    this.sliceBytes = sliceBytes;
    this.readVersion = database.version();
    this.key = Key.of(large.key());
  }

  /** The database's version before anything was read. */
  long readVersion() {
    return readVersion;
  }

  /** Whether one who begins now gets all of it. */
  boolean hasFirst() {
    return !over && next == kept.size();
  }

  void join() {
    users++;
  }

  /** Returns whether nobody is left: then it is closed. */
  boolean leave() {
    if (--users > 0) {
      return false;
    }
    close();
    return true;
  }

  /** Gives slice number {@code index} to the taker, once it is read. */
  void take(int index, Taker taker) {
    int first = next - kept.size();
    if (index >= first && index < next) {
      Slice.Piece piece = kept.stream().skip(index - (long) first).findFirst().orElseThrow();
      works.counters().increment(DeliveryCounter.LARGE_SLICES_SHARED);
      works.loop().execute(() -> taker.take(piece));
    } else if (index < first || over) {
      works.loop().execute(() -> taker.take(new Slice.Anew()));
    } else {
      waiting.add(taker);
      if (!reading) {
        reading = true;
        read();
      }
    }
  }

  private void read() {
    if (whole != null) {
      works.loop().execute(this::wholeSlice);
    } else if (stream == null && database.largeFailures().of(key) >= STREAMED_ATTEMPTS) {
      readWhole();
    } else {
      readSlice();
    }
  }

  private void readSlice() {
    LargeRead open = stream;
    if (open == null) {
      open = database.source().readLarge(large.key(), sliceBytes);
      stream = open;
    }
    open.next()
        .whenComplete((slice, failure) -> works.loop().execute(() -> sliceRead(slice, failure)));
  }

  private void sliceRead(@Nullable LargeSlice slice, @Nullable Throwable failure) {
    if (over) {
      fail(new IllegalStateException("given up"));
    } else if (slice != null) {
      Value value = slice.slice();
      if (value == null) {
        gone();
      } else {
        give(part(value, slice.expiresAtMillis(), slice.last()), slice.last());
      }
    } else if (causeOf(failure) instanceof ChangedMeanwhile) {
      changedMeanwhile();
    } else {
      fail(causeOf(failure));
    }
  }

  private void changedMeanwhile() {
    works.counters().increment(DeliveryCounter.LARGE_CHANGED);
    int failures = database.largeFailures().add(key);
    boolean anew = database.versioned() || failures >= STREAMED_ATTEMPTS;
    if (!anew && database.index().versionOf(large.slot()) == large.version()) {
      database.changedUnhinted(large.key());
    }
    end(anew ? new Slice.Anew() : new Slice.Left());
  }

  private void readWhole() {
    database
        .source()
        .read(List.of(large.key()), MAX_WHOLE_BYTES, MAX_WHOLE_BYTES)
        .whenComplete((page, failure) -> works.loop().execute(() -> wholeRead(page, failure)));
  }

  private void wholeRead(@Nullable ReadPage page, @Nullable Throwable failure) {
    if (over || page == null) {
      fail(causeOf(failure));
      return;
    }
    switch (page.entries().getFirst()) {
      case Read.Present present -> {
        whole = ValueSlicer.slices(present.value(), sliceBytes).iterator();
        wholeExpiresAtMillis = present.expiresAtMillis();
        wholeSlice();
      }
      case Read.Absent absent -> gone();
      case Read.Large tooLarge -> readSlice();
      case Read.Skipped skipped -> readSlice();
    }
  }

  private void wholeSlice() {
    Iterator<Value> slices = whole;
    if (over || slices == null) {
      fail(new IllegalStateException("given up"));
      return;
    }
    Value value = slices.next();
    boolean last = !slices.hasNext();
    give(part(value, wholeExpiresAtMillis, last), last);
  }

  private Change part(Value slice, long expiresAtMillis, boolean last) {
    works.counters().increment(DeliveryCounter.LARGE_SLICES);
    return new Change.Part(key, large.version(), next, last, slice, expiresAtMillis);
  }

  private void gone() {
    database.index().markAbsent(large.slot(), large.version());
    give(new Change.Remove(key, large.version()), true);
  }

  private void give(Change change, boolean last) {
    Slice.Piece piece = new Slice.Piece(change, last, new SliceBatches(works));
    next++;
    kept.addLast(piece);
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
    if (last) {
      database.largeFailures().forget(key);
      closeStream();
    }
    works.counters().add(DeliveryCounter.LARGE_SLICES_SHARED, waiting.size() - 1L);
    answer(taker -> taker.take(piece));
  }

  /** Nobody gets any more of it. */
  private void end(Slice why) {
    over = true;
    closeStream();
    answer(taker -> taker.take(why));
  }

  private void fail(Throwable reason) {
    over = true;
    closeStream();
    answer(taker -> taker.failed(reason));
  }

  private void answer(java.util.function.Consumer<Taker> how) {
    reading = false;
    List<Taker> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(how);
  }

  private void close() {
    over = true;
    kept.clear();
    closeStream();
  }

  private void closeStream() {
    whole = null;
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
