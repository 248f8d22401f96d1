package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.client.receiver.Compared;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One feed while it is checked. A copy that is being written lacks what is on its way: a key counts
 * as different when it was found so twice, with the same value at the hub both times. Confined to
 * the loop.
 */
final class FeedCheck {
  /** Between looks: what is on its way has time to arrive. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final FeedId feed;
  private final String target;
  private final long beganNanos;
  private final long waitNanos;
  private int rounds;
  private @Nullable Compared before;
  private @Nullable CheckResult result;

  /**
   * @param wait how long what differs is looked at again
   */
  FeedCheck(FeedId feed, String target, Duration wait, long nowNanos) {
    this.feed = feed;
    this.target = target;
    this.beganNanos = nowNanos;
    this.waitNanos = wait.toNanos();
  }

  FeedId feed() {
    return feed;
  }

  /** Null = it goes on. */
  @Nullable CheckResult result() {
    return result;
  }

  /** Takes what one look has shown; when to look again, empty = the end. */
  OptionalLong looked(Compared found, long nowNanos) {
    rounds++;
    Compared last = before;
    before = found;
    if (!found.gaveUp().isEmpty()) {
      couldNot(found.gaveUp(), nowNanos);
    } else if (found.differences() == 0) {
      end(found, 0, List.of(), nowNanos);
    } else if (last == null || nowNanos - beganNanos < waitNanos) {
      return OptionalLong.of(PAUSE.toNanos());
    } else {
      endWithWhatStayed(last, found, nowNanos);
    }
    return OptionalLong.empty();
  }

  private void endWithWhatStayed(Compared last, Compared found, long nowNanos) {
    long stayed =
        Arrays.stream(found.wanted())
            .filter(item -> Arrays.binarySearch(last.wanted(), item) >= 0)
            .count();
    Set<Key> strays = new HashSet<>(found.strayKeys());
    strays.retainAll(new HashSet<>(last.strayKeys()));
    end(found, Math.min(stayed, found.lacking()), List.copyOf(strays), nowNanos);
  }

  private void end(Compared found, long lacking, List<Key> strays, long nowNanos) {
    boolean equal = lacking == 0 && strays.isEmpty();
    result =
        new CheckResult(
            feed,
            target,
            "",
            found.hubKeys(),
            found.targetKeys(),
            lacking,
            strays.size(),
            equal ? List.of() : found.keys().stream().map(Key::toString).toList(),
            rounds,
            millis(nowNanos));
  }

  /** It cannot be compared; the first reason counts. */
  void couldNot(String why, long nowNanos) {
    if (result == null) {
      result = new CheckResult(feed, target, why, 0, 0, 0, 0, List.of(), rounds, millis(nowNanos));
    }
  }

  private long millis(long nowNanos) {
    return (nowNanos - beganNanos) / 1_000_000;
  }
}
