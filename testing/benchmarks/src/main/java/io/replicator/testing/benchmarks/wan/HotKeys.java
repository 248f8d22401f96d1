package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import io.replicator.testing.testkit.JsonValues;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keys of one database that are changed at random, and how stale each of them is at the target. A
 * value is JSON that begins with the number of its change: {"n":0000042,"id":17,…
 */
final class HotKeys {
  private static final int DIGITS_AT = 5;
  private static final int DIGITS = 7;
  private static final int PIPELINE = 500;
  private static final byte[] FROM = Data.bytes(Integer.toString(DIGITS_AT));
  private static final byte[] TO = Data.bytes(Integer.toString(DIGITS_AT + DIGITS - 1));

  private final int database;
  private final int[] ids;
  private final KeyHistory history;
  private final int[] seen;
  private final AtomicLong writes = new AtomicLong();
  private int undrained; // the writer's thread

  /**
   * @param ids which keys, as {@link JsonValues} numbers them
   */
  HotKeys(int database, int[] ids) {
    this.database = database;
    this.ids = ids;
    this.history = new KeyHistory(ids.length);
    this.seen = new int[ids.length];
  }

  /** The first keys of a database. */
  static HotKeys first(int database, int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> i);
    return new HotKeys(database, ids);
  }

  /** Keys spread over all of a database's. */
  static HotKeys spread(int database, int count, int of) {
    int[] ids = new Random(7).ints(0, of).distinct().limit(count).toArray();
    return new HotKeys(database, ids);
  }

  int count() {
    return ids.length;
  }

  long writes() {
    return writes.get();
  }

  /** Writes change 0 of all of them, before anything copies. */
  void prepare(Server source) {
    try (RespClient redis = select(source)) {
      for (int i = 0; i < ids.length; i++) {
        redis.add(Data.bytes("SET"), JsonValues.key(ids[i]), value(i, 0));
        drain(redis, 1, i == ids.length - 1 || i % PIPELINE == PIPELINE - 1);
      }
    }
  }

  private void drain(RespClient redis, int added, boolean now) {
    undrained += added;
    if (now) {
      redis.flush();
      for (; undrained > 0; undrained--) {
        redis.reply();
      }
    }
  }

  /** Changes each of them once. */
  void changeAll(Server source) {
    try (RespClient redis = select(source)) {
      for (int i = 0; i < ids.length; i++) {
        change(redis, i);
        drain(redis, 1, i == ids.length - 1 || i % PIPELINE == PIPELINE - 1);
      }
    }
  }

  /** Changes random ones at a steady pace until the moment given, on the caller's thread. */
  void keepChanging(Server source, int perSecond, long untilNanos, long seed) {
    Random random = new Random(seed);
    int group = Math.clamp(perSecond / 200, 1, 200);
    long begun = System.nanoTime();
    long made = 0;
    try (RespClient redis = select(source)) {
      while (System.nanoTime() < untilNanos) {
        for (int i = 0; i < group; i++) {
          change(redis, random.nextInt(ids.length));
        }
        drain(redis, group, true);
        made += group;
        Waiting.untilNanos(begun + made * 1_000_000_000L / perSecond);
      }
    }
  }

  private void change(RespClient redis, int i) {
    int change = history.changed(i, System.nanoTime());
    redis.add(Data.bytes("SET"), JsonValues.key(ids[i]), value(i, change));
    writes.incrementAndGet();
  }

  private byte[] value(int i, int change) {
    byte[] json = new JsonValues(change + 1L).value(ids[i]);
    String text = new String(json, 1, json.length - 1, StandardCharsets.US_ASCII);
    return Data.bytes(String.format(Locale.ROOT, "{\"n\":%07d,%s", change, text));
  }

  /** A reader of these keys beside a target. */
  Watch watch(Server target) {
    return new Watch(select(target));
  }

  private RespClient select(Server server) {
    RespClient redis = server.client();
    redis.call("SELECT", Integer.toString(database));
    return redis;
  }

  /** Looks at all keys of a target again and again. Confined to one thread. */
  final class Watch implements AutoCloseable {
    private final RespClient target;
    private final Staleness staleness = new Staleness();
    private int changes;

    private Watch(RespClient target) {
      this.target = target;
    }

    /** Reads every key once and counts how stale each is. Returns how many are not the newest. */
    int look(double atSeconds) {
      int old = 0;
      for (int from = 0; from < ids.length; from += PIPELINE) {
        int end = Math.min(ids.length, from + PIPELINE);
        for (int i = from; i < end; i++) {
          target.add(Data.bytes("GETRANGE"), JsonValues.key(ids[i]), FROM, TO);
        }
        target.flush();
        for (int i = from; i < end; i++) {
          old += take(i, target.replyOrError(), atSeconds) ? 0 : 1;
        }
      }
      return old;
    }

    /** Whether the key is the newest. One that cannot be read is as it was. */
    private boolean take(int i, String digits, double atSeconds) {
      long now = System.nanoTime();
      boolean readable = digits.length() == DIGITS && !digits.startsWith(RespClient.ERROR);
      int change = readable ? Integer.parseInt(digits) : seen[i];
      if (change > seen[i]) {
        // Until a moment ago it showed the older one: at worst it was this stale just before.
        staleness.peak(history.staleNanos(i, seen[i], now) / 1e6);
        seen[i] = change;
        changes++;
      }
      staleness.add(atSeconds, history.staleNanos(i, change, now) / 1e6);
      return readable && change == history.last(i);
    }

    Staleness staleness() {
      return staleness;
    }

    /** How many different changes were seen to replace another. */
    int changesSeen() {
      return changes;
    }

    @Override
    public void close() {
      target.close();
    }
  }
}
