package io.replicator.command.compare;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.replicator.api.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Compares some keys as they are now on both sides: existence, type, size and expiry first, then
 * the values of those that still look equal; many short strings together, everything else on its
 * own.
 */
final class PageComparer {
  private static final int GROUP_BYTES = 1 << 20;
  private static final int VALUES_AT_ONCE = 64;

  private final Side source;
  private final Side target;
  private final byte[] prefix;
  private final ValueComparer values;

  PageComparer(Side source, Side target, CompareRules rules) {
    this.source = source;
    this.target = target;
    this.prefix = rules.prefix().getBytes(StandardCharsets.UTF_8);
    this.values = new ValueComparer(source, target, rules.expiryTolerance().toMillis());
  }

  /** The differences of these keys (as the source names them), at most one a key. */
  List<Difference> compare(List<byte[]> keys) {
    List<byte[]> targetKeys = keys.stream().map(this::atTarget).toList();
    Side.Metas here = source.metas(keys);
    Side.Metas there = target.metas(targetKeys);
    List<Side.Meta> sourceMetas = here.get();
    List<Side.Meta> targetMetas = there.get();
    List<Difference> differences = new ArrayList<>();
    List<Integer> strings = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      Side.Meta one = sourceMetas.get(i);
      Difference difference = outside(keys.get(i), one, targetMetas.get(i));
      if (difference != null) {
        differences.add(difference);
      } else if (!one.isAbsent()) {
        boolean isShortString = one.type().equals("string") && one.size() <= GROUP_BYTES;
        (isShortString ? strings : others).add(i);
      }
    }
    compareStrings(keys, targetKeys, sourceMetas, strings, differences);
    differences.addAll(compareOthers(keys, targetKeys, sourceMetas, others));
    return differences;
  }

  /** One value is several round trips, so many are compared at once. */
  private List<Difference> compareOthers(
      List<byte[]> keys, List<byte[]> targetKeys, List<Side.Meta> metas, List<Integer> others) {
    if (others.isEmpty()) {
      return List.of();
    }
    Semaphore places = new Semaphore(VALUES_AT_ONCE);
    List<Future<@Nullable Difference>> running = new ArrayList<>(others.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i : others) {
        places.acquireUninterruptibly();
        running.add(
            threads.submit(() -> {
              try {
                return inside(metas.get(i), keys.get(i), targetKeys.get(i));
              } finally {
                places.release();
              }
            }));
      }
    }
    return running.stream().map(PageComparer::result).filter(Objects::nonNull).toList();
  }

  private static @Nullable Difference result(Future<@Nullable Difference> ended) {
    if (ended.state() == Future.State.FAILED
        && ended.exceptionNow() instanceof RuntimeException thrown) {
      throw thrown;
    }
    return ended.resultNow();
  }

  private byte[] atTarget(byte[] key) {
    if (prefix.length == 0) {
      return key;
    }
    byte[] result = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, result, prefix.length, key.length);
    return result;
  }

  private @Nullable Difference outside(byte[] key, Side.Meta one, Side.Meta other) {
    if (one.isAbsent()) {
      return other.isAbsent() ? null : difference(Difference.Kind.EXTRA, key, other.type());
    }
    if (other.isAbsent()) {
      return difference(Difference.Kind.MISSING, key, one.type() + " of " + one.size());
    }
    if (!one.type().equals(other.type())) {
      return difference(Difference.Kind.TYPE, key, one.type() + ", at the target " + other.type());
    }
    if (one.size() != other.size()) {
      return difference(
          Difference.Kind.VALUE,
          key,
          one.type() + " of " + one.size() + ", at the target of " + other.size());
    }
    return values.near(one.expiresAtMillis(), other.expiresAtMillis())
        ? null
        : difference(
            Difference.Kind.EXPIRY,
            key,
            ValueComparer.expiries(one.expiresAtMillis(), other.expiresAtMillis()));
  }

  private @Nullable Difference inside(Side.Meta meta, byte[] key, byte[] targetKey) {
    try {
      ValueComparer.Finding finding = values.compare(meta.type(), key, targetKey, meta.size());
      return finding == null ? null : difference(finding.kind(), key, finding.detail());
    } catch (ChangedMeanwhileException e) {
      return difference(Difference.Kind.VALUE, key, "changed while it was read, " + e.getMessage());
    }
  }

  private void compareStrings(
      List<byte[]> keys,
      List<byte[]> targetKeys,
      List<Side.Meta> metas,
      List<Integer> strings,
      List<Difference> differences) {
    int begin = 0;
    while (begin < strings.size()) {
      int end = begin;
      long bytes = 0;
      while (end < strings.size() && (end == begin || bytes <= GROUP_BYTES)) {
        bytes += metas.get(strings.get(end)).size();
        end++;
      }
      compareGroup(keys, targetKeys, strings.subList(begin, end), differences);
      begin = end;
    }
  }

  private void compareGroup(
      List<byte[]> keys,
      List<byte[]> targetKeys,
      List<Integer> group,
      List<Difference> differences) {
    RedisFuture<List<KeyValue<byte[], byte[]>>> here =
        source.commands().mget(group.stream().map(keys::get).toArray(byte[][]::new));
    RedisFuture<List<KeyValue<byte[], byte[]>>> there =
        target.commands().mget(group.stream().map(targetKeys::get).toArray(byte[][]::new));
    List<KeyValue<byte[], byte[]>> one = source.await(here);
    List<KeyValue<byte[], byte[]>> other = target.await(there);
    for (int i = 0; i < group.size(); i++) {
      byte[] expected = one.get(i).getValueOrElse(new byte[0]);
      byte[] found = other.get(i).getValueOrElse(new byte[0]);
      int place = Arrays.mismatch(expected, found);
      if (place >= 0) {
        differences.add(
            difference(
                Difference.Kind.VALUE, keys.get(group.get(i)), "string differs at byte " + place));
      }
    }
  }

  private static Difference difference(Difference.Kind kind, byte[] key, String detail) {
    return new Difference(kind, Key.of(key), detail);
  }
}
