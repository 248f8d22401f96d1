package io.replicator.command.compare;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares one database of a source with one of a target, every key, from both directions: all keys
 * of the source are looked up at the target, then the target is scanned for keys the source does
 * not have. What differs is looked at again before it counts, so that a key that expires or changes
 * between the two readings is not reported.
 */
public final class Comparer {
  private static final int PAGES_AT_ONCE = 6;
  private static final int PAGE_KEYS = 1000;
  private static final int MAX_SUSPECTS = 200_000;
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Side source;
  private final Side target;
  private final CompareRules rules;
  private final MeantKeys meant;
  private final PageComparer pages;
  private final byte[] prefix;
  private final LongConsumer progress;
  private final SeenKeys seen = new SeenKeys();
  private final Comparison.Collector collector;
  // Guarded by itself: added to by the threads of pages.
  private final List<byte[]> suspects = new ArrayList<>();
  private long targetKeys;

  private Comparer(
      CompareSide source, CompareSide target, CompareRules rules, LongConsumer progress) {
    this.source = new Side(source);
    this.target = new Side(target);
    this.rules = rules;
    this.meant = new MeantKeys(rules);
    this.pages = new PageComparer(this.source, this.target, rules);
    this.prefix = rules.prefix().getBytes(StandardCharsets.UTF_8);
    this.progress = progress;
    this.collector = new Comparison.Collector(rules.examples());
  }

  /** Compares; the caller waits. */
  public static Comparison compare(CompareSide source, CompareSide target, CompareRules rules) {
    return compare(source, target, rules, keys -> {});
  }

  /**
   * Compares; the caller waits.
   *
   * @param progress told now and then how many keys of the source were read
   * @throws CompareException if a side cannot be read
   */
  public static Comparison compare(
      CompareSide source, CompareSide target, CompareRules rules, LongConsumer progress) {
    long begun = System.nanoTime();
    Comparer comparer = new Comparer(source, target, rules, progress);
    comparer.lookUpSource();
    comparer.findExtra();
    comparer.lookAgain();
    return new Comparison(
        source.database(),
        target.database(),
        comparer.seen.size(),
        comparer.targetKeys,
        comparer.collector.counts(),
        comparer.collector.examples(),
        comparer.notes(),
        Duration.ofNanos(System.nanoTime() - begun));
  }

  private void lookUpSource() {
    try (Pages running = new Pages()) {
      ScanCursor cursor = ScanCursor.INITIAL;
      do {
        KeyScanCursor<byte[]> page = source.scan(cursor, "");
        List<byte[]> keys =
            page.getKeys().stream().filter(meant::isMeant).filter(seen::add).toList();
        running.submit(keys);
        progress.accept(seen.size());
        cursor = page;
      } while (!cursor.isFinished());
    }
  }

  private void findExtra() {
    SeenKeys counted = new SeenKeys();
    ScanCursor cursor = ScanCursor.INITIAL;
    try (Pages running = new Pages()) {
      do {
        KeyScanCursor<byte[]> page = target.scan(cursor, prefix.length == 0 ? "" : literal() + "*");
        List<byte[]> keys =
            page.getKeys().stream()
                .filter(key -> prefix.length > 0 || !MeantKeys.isOwn(key))
                .flatMap(this::withoutPrefix)
                .filter(meant::isMeant)
                .filter(counted::add)
                .toList();
        running.submit(keys.stream().filter(key -> !seen.contains(key)).toList());
        cursor = page;
      } while (!cursor.isFinished());
    }
    targetKeys = counted.size();
  }

  /** Whatever differed is read once more, and again until the time to wait is over. */
  private void lookAgain() {
    long deadline = System.nanoTime() + rules.patience().toNanos();
    List<byte[]> left = List.copyOf(suspects);
    while (!left.isEmpty()) {
      boolean last = System.nanoTime() - deadline >= 0;
      List<byte[]> still = new ArrayList<>();
      for (int at = 0; at < left.size(); at += PAGE_KEYS) {
        for (Difference found :
            pages.compare(left.subList(at, Math.min(left.size(), at + PAGE_KEYS)))) {
          if (last) {
            collector.add(found);
          } else {
            still.add(found.key().bytes());
          }
        }
      }
      left = still;
      if (!last && !left.isEmpty()) {
        LockSupport.parkNanos(AGAIN_NANOS);
      }
    }
  }

  private void comparePage(List<byte[]> keys) {
    for (Difference difference : pages.compare(keys)) {
      boolean countsNow;
      synchronized (suspects) {
        countsNow = suspects.size() >= MAX_SUSPECTS;
        if (!countsNow) {
          suspects.add(difference.key().bytes());
        }
      }
      if (countsNow) {
        collector.add(difference);
      }
    }
  }

  private Stream<byte[]> withoutPrefix(byte[] key) {
    return MeantKeys.startsWith(key, prefix)
        ? Stream.of(Arrays.copyOfRange(key, prefix.length, key.length))
        : Stream.empty();
  }

  /** The prefix as a glob that means itself. */
  private String literal() {
    return rules.prefix().replaceAll("[*?\\[\\]\\\\^-]", "\\\\$0");
  }

  /** A side that lacks what the other has; what both lack cannot differ. */
  private List<String> notes() {
    if (source.hasFieldExpiries() == target.hasFieldExpiries()) {
      return List.of();
    }
    Side lacking = source.hasFieldExpiries() ? target : source;
    return List.of(lacking.name() + " does not know expiries of hash fields: not compared");
  }

  /** A few pages at once, so that both servers and this program are busy together. */
  private final class Pages implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(PAGES_AT_ONCE);
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

    void submit(List<byte[]> keys) {
      throwFailure();
      if (keys.isEmpty()) {
        return;
      }
      places.acquireUninterruptibly();
      threads.execute(() -> {
        try {
          comparePage(keys);
        } catch (RuntimeException e) {
          failure.compareAndSet(null, e);
        } finally {
          places.release();
        }
      });
    }

    private void throwFailure() {
      // taken, so that it is thrown once and not again by close
      RuntimeException thrown = failure.getAndSet(null);
      if (thrown != null) {
        throw thrown;
      }
    }

    @Override
    public void close() {
      threads.close();
      throwFailure();
    }
  }
}
