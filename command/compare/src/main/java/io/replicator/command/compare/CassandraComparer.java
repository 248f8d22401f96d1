package io.replicator.command.compare;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanCursor;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.client.sink.cassandra.CassandraCopy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares one database of a source with a Cassandra, every key, from both directions: each value
 * of the source is looked for where it belongs, then every table is read for keys that the source
 * does not have or has with another type. What differs is looked at again before it counts.
 */
public final class CassandraComparer {
  private static final int PAGE_KEYS = 1000;
  private static final int VALUES_AT_ONCE = 64;
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String ANY_TYPE = "";

  private final Side source;
  private final SourceValues values;
  private final CassandraCopy target;
  private final int database;
  private final CompareRules rules;
  private final MeantKeys meant;
  private final LongConsumer progress;
  private final SeenKeys seen = new SeenKeys();
  private final List<Suspect> suspects = new ArrayList<>();
  private long targetKeys;

  /**
   * A key to look at.
   *
   * @param targetType where it was met at the target, "" = it was met at the source
   */
  private record Suspect(byte[] key, String targetType) {}

  private CassandraComparer(
      CompareSide source, CassandraCopy target, CompareRules rules, LongConsumer progress) {
    this.source = new Side(source);
    this.values = new SourceValues(this.source);
    this.target = target;
    this.database = source.database();
    this.rules = rules;
    this.meant = new MeantKeys(rules);
    this.progress = progress;
  }

  /**
   * Compares; the caller waits.
   *
   * @param targetDatabase the number in the column {@code db}, for the report
   * @param progress told now and then how many keys of the source were read
   * @throws CompareException if a side cannot be read
   */
  public static Comparison compare(
      CompareSide source,
      CassandraCopy target,
      int targetDatabase,
      CompareRules rules,
      LongConsumer progress) {
    long begun = System.nanoTime();
    CassandraComparer comparer = new CassandraComparer(source, target, rules, progress);
    try {
      comparer.lookUpSource();
      comparer.findExtra();
      Comparison.Collector found = comparer.lookAgain();
      return new Comparison(
          source.database(),
          targetDatabase,
          comparer.seen.size(),
          comparer.targetKeys,
          found.counts(),
          found.examples(),
          List.of(),
          Duration.ofNanos(System.nanoTime() - begun));
    } catch (SinkException e) {
      throw new CompareException(String.valueOf(e.getMessage()), e);
    }
  }

  private void lookUpSource() {
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      KeyScanCursor<byte[]> page = source.scan(cursor, "");
      suspect(
          page.getKeys().stream()
              .filter(meant::isMeant)
              .filter(seen::add)
              .map(key -> new Suspect(key, ANY_TYPE))
              .toList());
      progress.accept(seen.size());
      cursor = page;
    } while (!cursor.isFinished());
  }

  private void findExtra() {
    List<Suspect> page = new ArrayList<>();
    target.scan(
        database,
        (key, type) -> {
          if (meant.isMeant(key.bytes())) {
            targetKeys++;
            page.add(new Suspect(key.bytes(), type));
          }
          if (page.size() >= PAGE_KEYS) {
            suspect(page);
            page.clear();
          }
        });
    suspect(page);
  }

  private void suspect(List<Suspect> keys) {
    for (int at = 0; at < keys.size(); at += PAGE_KEYS) {
      List<Suspect> page = keys.subList(at, Math.min(keys.size(), at + PAGE_KEYS));
      List<@Nullable Difference> found = differences(page);
      for (int i = 0; i < page.size(); i++) {
        if (found.get(i) != null) {
          suspects.add(page.get(i));
        }
      }
    }
  }

  /** Whatever differed is read once more, and again until the time to wait is over. */
  private Comparison.Collector lookAgain() {
    Comparison.Collector collector = new Comparison.Collector(rules.examples());
    long deadline = System.nanoTime() + rules.patience().toNanos();
    List<Suspect> left = List.copyOf(suspects);
    while (!left.isEmpty()) {
      boolean last = System.nanoTime() - deadline >= 0;
      suspects.clear();
      for (int at = 0; at < left.size(); at += PAGE_KEYS) {
        List<Suspect> page = left.subList(at, Math.min(left.size(), at + PAGE_KEYS));
        List<@Nullable Difference> found = differences(page);
        for (int i = 0; i < page.size(); i++) {
          Difference difference = found.get(i);
          if (difference != null && last) {
            collector.add(difference);
          } else if (difference != null) {
            suspects.add(page.get(i));
          }
        }
      }
      left = last ? List.of() : List.copyOf(suspects);
      if (!left.isEmpty()) {
        LockSupport.parkNanos(AGAIN_NANOS);
      }
    }
    return collector;
  }

  /** Element i belongs to key i; null = it does not differ. */
  private List<@Nullable Difference> differences(List<Suspect> keys) {
    List<Side.Meta> metas = source.metas(keys.stream().map(Suspect::key).toList()).get();
    Semaphore places = new Semaphore(VALUES_AT_ONCE);
    List<Future<@Nullable Difference>> running = new ArrayList<>(keys.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < keys.size(); i++) {
        Suspect suspect = keys.get(i);
        Side.Meta meta = metas.get(i);
        places.acquireUninterruptibly();
        running.add(
            threads.submit(() -> {
              try {
                return difference(suspect, meta);
              } finally {
                places.release();
              }
            }));
      }
    }
    List<@Nullable Difference> found = new ArrayList<>(keys.size());
    running.forEach(ended -> found.add(result(ended)));
    return found;
  }

  private static @Nullable Difference result(Future<@Nullable Difference> ended) {
    if (ended.state() == Future.State.FAILED
        && ended.exceptionNow() instanceof RuntimeException thrown) {
      throw thrown;
    }
    return ended.resultNow();
  }

  private @Nullable Difference difference(Suspect suspect, Side.Meta meta) {
    return suspect.targetType().equals(ANY_TYPE)
        ? atTarget(suspect.key(), meta)
        : atSource(suspect, meta);
  }

  private @Nullable Difference atTarget(byte[] key, Side.Meta meta) {
    if (meta.isAbsent()) {
      return null; // where it still is at the target, that is found there
    }
    Value value;
    try {
      value = values.read(meta.type(), key);
    } catch (ChangedMeanwhileException e) {
      return difference(Difference.Kind.VALUE, key, "changed while it was read");
    }
    long expires = Math.max(0, meta.expiresAtMillis());
    Optional<CassandraCopy.Finding> finding =
        target.difference(
            database, Key.of(key), value, expires, rules.expiryTolerance().toMillis());
    return finding.map(found -> difference(key, meta, found)).orElse(null);
  }

  private static Difference difference(byte[] key, Side.Meta meta, CassandraCopy.Finding finding) {
    return switch (finding) {
      case CassandraCopy.Finding.Missing missing ->
          difference(Difference.Kind.MISSING, key, meta.type() + " of " + meta.size());
      case CassandraCopy.Finding.Expiry expiry ->
          difference(
              Difference.Kind.EXPIRY,
              key,
              ValueComparer.expiries(
                  meta.expiresAtMillis(),
                  expiry.expiresAtMillis() == 0 ? -1 : expiry.expiresAtMillis()));
      case CassandraCopy.Finding.Other other ->
          difference(Difference.Kind.VALUE, key, other.detail());
      case CassandraCopy.Finding.Dead dead ->
          difference(Difference.Kind.VALUE, key, "dead letter: " + dead.reason());
    };
  }

  private @Nullable Difference atSource(Suspect suspect, Side.Meta meta) {
    String type = suspect.targetType();
    if (meta.type().equals(type) || (type.equals("mapped") && !meta.isAbsent())) {
      return null; // its value was compared from the other direction
    }
    if (!type.equals("mapped") && isGone(suspect)) {
      return null;
    }
    return meta.isAbsent()
        ? difference(Difference.Kind.EXTRA, suspect.key(), type)
        : difference(
            Difference.Kind.TYPE, suspect.key(), meta.type() + ", at the target also " + type);
  }

  /** Whether it went meanwhile, or has expired and is kept until the end of its second. */
  private boolean isGone(Suspect suspect) {
    return target
        .read(database, Key.of(suspect.key()), suspect.targetType())
        .map(held ->
            held.expiresAtMillis() != 0 && held.expiresAtMillis() <= Instant.now().toEpochMilli())
        .orElse(true);
  }

  private static Difference difference(Difference.Kind kind, byte[] key, String detail) {
    return new Difference(kind, Key.of(key), detail);
  }
}
