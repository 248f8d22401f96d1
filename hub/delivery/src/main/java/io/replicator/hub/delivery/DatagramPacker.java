package io.replicator.hub.delivery;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.EncodedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packs changes into batches that each fit one datagram. How well they compress is known only
 * afterwards, so it begins with what fitted last time and takes half where that was too much. Has
 * no state: runs on a worker.
 */
final class DatagramPacker {
  /** Kinds, lengths, versions: about what an entry takes beside key and value. */
  private static final int ENTRY_OVERHEAD = 10;

  /** Epoch, read version, tags and lengths of columns. */
  private static final int BATCH_OVERHEAD = 40;

  /** A change and where it came from. */
  record Item(Change change, int slot) {}

  /** One datagram's content. */
  record Packed(EncodedBatch batch, int[] slots, long[] versions) {}

  /**
   * @param tooLarge changes that fit no datagram
   * @param ratio how well it compressed
   */
  record Result(List<Packed> packed, List<Item> tooLarge, double ratio) {}

  /** What all of them share. */
  record Frame(
      int database,
      long epoch,
      long readVersion,
      Compression compression,
      int level,
      @Nullable Dictionary dictionary,
      int maxBytes) {}

  private DatagramPacker() {}

  static Result pack(List<Item> items, Frame frame, double ratioBefore) {
    List<Packed> packed = new ArrayList<>();
    List<Item> tooLarge = new ArrayList<>();
    double ratio = ratioBefore;
    int from = 0;
    while (from < items.size()) {
      int count = fitting(items, from, (int) (frame.maxBytes * ratio));
      EncodedBatch batch = encode(items.subList(from, from + count), frame);
      while (batch.data().length > frame.maxBytes && count > 1) {
        count = count / 2;
        batch = encode(items.subList(from, from + count), frame);
      }
      List<Item> taken = items.subList(from, from + count);
      if (batch.data().length > frame.maxBytes) {
        tooLarge.addAll(taken);
      } else {
        packed.add(packed(batch, taken));
        double found = batch.rawBytes() / (double) Math.max(1, batch.data().length);
        ratio += (found - ratio) / 8;
      }
      from += count;
    }
    return new Result(packed, tooLarge, ratio);
  }

  /** How many from here on probably fit; at least one. */
  private static int fitting(List<Item> items, int from, int rawBytes) {
    int bytes = BATCH_OVERHEAD;
    int count = 0;
    while (from + count < items.size()) {
      bytes += sizeOf(items.get(from + count).change);
      if (bytes > rawBytes && count > 0) {
        break;
      }
      count++;
    }
    return count;
  }

  private static int sizeOf(Change change) {
    int key = ENTRY_OVERHEAD + change.key().bytes().length;
    return switch (change) {
      case Change.Put put -> key + sizeOf(put.value());
      case Change.Part part -> key + sizeOf(part.slice());
      case Change.Remove remove -> key;
    };
  }

  private static int sizeOf(Value value) {
    return switch (value) {
      case Value.StringValue string -> string.bytes().length;
      case Value.OpaqueValue opaque -> opaque.dump().length;
      case Value.HashValue hash ->
          hash.fields().stream().mapToInt(f -> f.name().length + f.value().length + 4).sum();
      case Value.ListValue list -> list.elements().stream().mapToInt(e -> e.length + 2).sum();
      case Value.SetValue set -> set.members().stream().mapToInt(m -> m.length + 2).sum();
      case Value.SortedSetValue zset ->
          zset.members().stream().mapToInt(m -> m.member().length + 10).sum();
      case Value.StreamValue stream -> 64 * stream.entries().size();
    };
  }

  private static EncodedBatch encode(List<Item> items, Frame frame) {
    List<Change> changes = new ArrayList<>(items.stream().map(Item::change).toList());
    changes.sort(Comparator.comparing(Change::key));
    Batch batch =
        new Batch(
            new FeedId(frame.database, "", KeyPatterns.ALL),
            Lane.LIVE,
            frame.epoch,
            frame.readVersion,
            changes,
            Cursor.NONE,
            false,
            false,
            null);
    return EncodedBatch.of(batch, frame.compression, frame.level, frame.dictionary);
  }

  private static Packed packed(EncodedBatch batch, List<Item> items) {
    int[] slots = new int[items.size()];
    long[] versions = new long[items.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = items.get(i).slot;
      versions[i] = items.get(i).change.version();
    }
    return new Packed(batch, slots, versions);
  }
}
