package io.replicator.hub.delivery;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of keys at the source and packs it for datagrams. What could not be read or packed
 * is dirty again. Confined to the loop; packing runs on a worker.
 */
final class DatagramReader {
  private static final int PAGE_BYTES = 64 * 1024;

  /**
   * As the path wants it now.
   *
   * @param epoch of the page's versions
   * @param dictionary what they may refer to, null = nothing
   * @param maxValueBytes more than that goes in parts, by blocks
   * @param maxBatchBytes of one datagram
   */
  record Wanted(
      long epoch,
      long readVersion,
      Compression compression,
      @Nullable Dictionary dictionary,
      int maxValueBytes,
      int maxBatchBytes) {}

  /** Who asked. */
  interface Taker {
    /** False: nobody waits for it any more, and nothing is called. */
    boolean isWanted();

    void read(DatagramPacker.Result result);

    void failed();
  }

  private final DatabaseState database;
  private final BatchWorks works;
  private final DirtySlots dirty;

  DatagramReader(DatabaseState database, BatchWorks works, DirtySlots dirty) {
    this.database = database;
    this.works = works;
    this.dirty = dirty;
  }

  /**
   * @param ratio how well the page before was compressed
   */
  void read(Page page, Wanted wanted, double ratio, Taker taker) {
    if (page.toRead().isEmpty()) {
      page.complete(new ReadPage(wanted.readVersion, List.of()), null);
      works.loop().execute(() -> wasRead(page, wanted, ratio, taker));
      return;
    }
    works.counters().increment(DeliveryCounter.READ_PAGES);
    works.counters().add(DeliveryCounter.KEYS_READ, page.toRead().size());
    int maxValue = wanted.maxValueBytes;
    database
        .source()
        .read(page.toRead(), Math.max(PAGE_BYTES, maxValue), maxValue)
        .whenComplete((result, failure) ->
            works
                .loop()
                .execute(() -> {
                  page.complete(result, failure);
                  wasRead(page, wanted, ratio, taker);
                }));
  }

  private void wasRead(Page page, Wanted wanted, double ratio, Taker taker) {
    if (!taker.isWanted() || database.epoch() != wanted.epoch) {
      return;
    }
    if (page.failure() != null) {
      works.counters().increment(DeliveryCounter.READS_FAILED);
      for (int i = page.size() - 1; i >= 0; i--) {
        dirty.again(page.slot(i), page.version(i));
      }
      taker.failed();
      return;
    }
    List<DatagramPacker.Item> items = new ArrayList<>(page.size());
    Iterator<Read> reads = page.reads().iterator();
    for (int i = 0; i < page.size(); i++) {
      Change change =
          page.isTombstone(i)
              ? new Change.Remove(Key.of(page.key(i)), page.version(i))
              : take(page, i, reads.next());
      if (change != null) {
        items.add(new DatagramPacker.Item(change, page.slot(i)));
      }
    }
    pack(items, wanted, ratio, taker);
  }

  private @Nullable Change take(Page page, int i, Read read) {
    ChangeIndex index = database.index();
    int slot = page.slot(i);
    long version = page.version(i);
    return switch (read) {
      case Read.Present present -> {
        if (index.observe(slot, version, present.hash())) {
          works.loop().execute(database::tellMoved);
        }
        database.entriesRead(1, present.bytes() + page.key(i).length);
        yield new Change.Put(
            Key.of(page.key(i)), version, present.value(), present.expiresAtMillis());
      }
      case Read.Absent absent -> {
        if (index.markAbsent(slot, version)) {
          works.loop().execute(database::tellMoved);
        }
        yield new Change.Remove(Key.of(page.key(i)), version);
      }
      case Read.Large large -> {
        index.observeLarge(slot, version);
        dirty.inParts(slot, version);
        yield null;
      }
      case Read.Skipped skipped -> {
        dirty.again(slot, version);
        yield null;
      }
    };
  }

  private void pack(List<DatagramPacker.Item> items, Wanted wanted, double ratio, Taker taker) {
    if (items.isEmpty()) {
      taker.read(new DatagramPacker.Result(List.of(), List.of(), ratio));
      return;
    }
    DatagramPacker.Frame frame =
        new DatagramPacker.Frame(
            database.database(),
            wanted.epoch,
            wanted.readVersion,
            wanted.compression,
            works.levelFor(wanted.compression, OptionalLong.empty()),
            wanted.dictionary,
            wanted.maxBatchBytes);
    works.run(
        () -> DatagramPacker.pack(items, frame, ratio),
        result -> {
          if (taker.isWanted()) {
            taker.read(result);
          }
        },
        failure -> {
          if (taker.isWanted()) {
            items.forEach(item -> dirty.again(item.slot(), item.change().version()));
            taker.failed();
          }
        });
  }
}
