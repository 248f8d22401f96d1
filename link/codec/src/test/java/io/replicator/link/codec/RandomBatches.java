package io.replicator.link.codec;

import io.replicator.api.Batch;
import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Batch.VersionList;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Batches of every shape, the same for the same seed. */
final class RandomBatches {
  static final FeedId FEED = new FeedId(5, "", KeyPatterns.ALL);

  private final Random random;

  RandomBatches(long seed) {
    random = new Random(seed);
  }

  Batch next() {
    List<Change> changes = list(40, this::change);
    Cursor cursor =
        new Cursor(
            random.nextBoolean() ? bytes(40) : null, random.nextBoolean() ? bytes(40) : null);
    return new Batch(
        FEED,
        random.nextBoolean() ? Lane.LIVE : Lane.BACKFILL,
        random.nextLong(),
        version() - 1,
        changes,
        cursor,
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(4) == 0 ? chain() : null);
  }

  private Change change() {
    return switch (random.nextInt(4)) {
      case 0 -> new Change.Remove(key(), version());
      case 1 ->
          new Change.Part(
              key(), version(), random.nextInt(1000), random.nextBoolean(), value(), expiry());
      default -> new Change.Put(key(), version(), value(), expiry());
    };
  }

  Value value() {
    return switch (random.nextInt(7)) {
      case 0 -> new Value.StringValue(bytes(300));
      case 1 -> {
        boolean expires = random.nextBoolean();
        yield new Value.HashValue(
            list(8, () -> new Value.Field(bytes(10), bytes(20), expires ? expiry() : 0)));
      }
      case 2 -> new Value.ListValue(list(8, () -> bytes(20)));
      case 3 -> new Value.SetValue(list(8, () -> bytes(20)));
      case 4 -> new Value.SortedSetValue(list(8, () -> new Value.ScoredMember(bytes(20), score())));
      case 5 ->
          new Value.StreamValue(list(5, this::streamEntry), id(), random.nextInt(100) - 1L, id());
      default -> new Value.OpaqueValue("MBbloom--", bytes(100));
    };
  }

  private Value.StreamEntry streamEntry() {
    List<byte[]> parts = new ArrayList<>();
    for (int i = random.nextInt(4) * 2; i > 0; i--) {
      parts.add(bytes(20));
    }
    return new Value.StreamEntry(id(), parts);
  }

  private VersionChain chain() {
    long version = 1L + random.nextInt(1000);
    List<VersionList> lists = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      lists.add(new VersionList(version, list(5, this::key), expiry()));
      version += 1 + random.nextInt(3);
    }
    return new VersionChain(version, lists);
  }

  private Key key() {
    return switch (random.nextInt(4)) {
      case 0 -> Key.of(bytes(30));
      case 1 -> Key.of("quote:" + "long".repeat(100) + random.nextInt(10));
      default -> Key.of(String.format("quote:%06d", random.nextInt(1_000_000)));
    };
  }

  private String id() {
    return random.nextInt(1_000_000) + "-" + random.nextInt(10);
  }

  private double score() {
    return switch (random.nextInt(5)) {
      case 0 -> Double.POSITIVE_INFINITY;
      case 1 -> Double.NEGATIVE_INFINITY;
      case 2 -> -0.0;
      default -> random.nextGaussian();
    };
  }

  private long version() {
    return random.nextInt(10) == 0
        ? Long.MAX_VALUE - random.nextInt(9)
        : 1 + random.nextInt(100_000);
  }

  private long expiry() {
    return random.nextBoolean() ? 0 : 1_700_000_000_000L + random.nextInt();
  }

  private byte[] bytes(int max) {
    byte[] bytes = new byte[random.nextInt(max + 1)];
    random.nextBytes(bytes);
    return bytes;
  }

  private <T> List<T> list(int max, Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = random.nextInt(max + 1); i > 0; i--) {
      list.add(element.get());
    }
    return list;
  }
}
