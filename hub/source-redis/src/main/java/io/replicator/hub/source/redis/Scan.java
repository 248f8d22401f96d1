package io.replicator.hub.source.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Key;
import io.replicator.api.Source.Listener;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.hub.source.redis.RedisSource.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One pass over all keys of a database, page by page, told to the listener. Done when {@link #step}
 * says so; a scan that is dropped before is simply followed by another one.
 */
final class Scan {
  private static final int PAGE_BYTES = 1 << 20;
  private static final int VALUE_BYTES = 64 << 10;
  private static final int MAX_LARGE = 65_536;
  private static final int RUN_KEYS = 262_144; // about 20 MB while they are sorted

  /** What is read besides the keys. */
  enum Depth {
    /** Nothing: nobody knows any value yet. */
    KEYS,
    /** Values; a large one is told as changed, because its hash is not known. */
    VALUES_AFTER_GAP,
    /** Values; a large one is told as changed if its size is another one than at the last sweep. */
    VALUES
  }

  private final Session session;
  private final Listener listener;
  private final Depth depth;
  private final int count;
  private final Predicate<byte[]> told;
  private final Map<Key, Long> largeSizes;
  private final List<byte[]> run = new ArrayList<>();
  private byte[] cursor = {'0'};

  /**
   * @param told which keys are told at all
   * @param largeSizes sizes of large values, kept from scan to scan
   */
  Scan(
      Session session,
      Listener listener,
      Depth depth,
      int count,
      Predicate<byte[]> told,
      Map<Key, Long> largeSizes) {
    this.session = session;
    this.listener = listener;
    this.depth = depth;
    this.count = count;
    this.told = told;
    this.largeSizes = largeSizes;
  }

  /** Reads and tells one page; whether it was the last. */
  boolean step() throws InterruptedException {
    Object reply =
        session
            .calls()
            .get(session.readLink().call(CommandType.SCAN, cursor, "COUNT", (long) count));
    if (!(reply instanceof Object[] page)
        || !(page[0] instanceof byte[] next)
        || !(page[1] instanceof Object[] found)) {
      throw new IllegalStateException("SCAN answered something unexpected");
    }
    List<byte[]> keys = new ArrayList<>(found.length);
    for (Object key : found) {
      if (key instanceof byte[] bytes && told.test(bytes)) {
        keys.add(bytes);
      }
    }
    cursor = next;
    boolean last = next.length == 1 && next[0] == '0';
    if (depth == Depth.KEYS) {
      run.addAll(keys);
      if (last || run.size() >= RUN_KEYS) {
        tellRun();
      }
    } else {
      readAndTell(keys);
    }
    return last;
  }

  /**
   * SCAN names keys in the order of their hashes. Told in sorted runs, keys that begin alike get
   * neighbouring slots and so travel in the same batch, where that saves bytes (decision 110).
   */
  private void tellRun() {
    run.sort(Arrays::compareUnsigned);
    for (int from = 0; from < run.size(); from += count) {
      List<byte[]> page = List.copyOf(run.subList(from, Math.min(run.size(), from + count)));
      tell(page, new long[page.size()]);
    }
    run.clear();
  }

  private void readAndTell(List<byte[]> found) throws InterruptedException {
    List<byte[]> left = found;
    while (!left.isEmpty()) {
      ReadPage page = session.calls().get(session.reader().read(left, PAGE_BYTES, VALUE_BYTES));
      List<byte[]> keys = new ArrayList<>(left.size());
      List<byte[]> skipped = new ArrayList<>();
      List<byte[]> changed = new ArrayList<>();
      long[] hashes = new long[left.size()];
      for (int i = 0; i < left.size(); i++) {
        byte[] key = left.get(i);
        switch (page.entries().get(i)) {
          case Read.Present present -> {
            hashes[keys.size()] = present.hash();
            keys.add(key);
          }
          case Read.Large large -> {
            keys.add(key);
            if (isChanged(key, large.bytes())) {
              changed.add(key);
            }
          }
          case Read.Skipped skip -> skipped.add(key);
          case Read.Absent absent -> {} // gone since SCAN named it: not told, so it ends up absent
        }
      }
      tell(keys, Arrays.copyOf(hashes, keys.size()));
      if (!changed.isEmpty()) {
        listener.changed(changed);
      }
      left = skipped;
    }
  }

  private boolean isChanged(byte[] key, long bytes) {
    Long before = largeSizes.put(Key.of(key), bytes);
    if (largeSizes.size() > MAX_LARGE) {
      largeSizes.clear();
    }
    return depth == Depth.VALUES_AFTER_GAP || (before != null && before != bytes);
  }

  private void tell(List<byte[]> keys, long[] hashes) {
    if (!keys.isEmpty()) {
      listener.scanned(keys, hashes);
    }
  }

  static Map<Key, Long> sizes() {
    return new LinkedHashMap<>();
  }
}
