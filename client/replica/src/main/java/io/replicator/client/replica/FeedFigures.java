package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.client.receiver.FeedProgress;
import io.replicator.client.receiver.ReceiverSession;
import io.replicator.client.receiver.Verification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the feeds did over all sessions, for the status of a replica. Confined to the loop. */
final class FeedFigures {
  private final List<FeedId> feeds;
  private final Map<FeedId, ReplicaStatus.FeedTotals> totals = new HashMap<>();
  private final Map<FeedId, FeedProgress> lastProgress = new HashMap<>();
  private final Map<FeedId, Verification> checks = new HashMap<>();
  private final Set<FeedId> current = new HashSet<>();

  FeedFigures(List<FeedId> feeds) {
    this.feeds = feeds;
  }

  /** This feed is current; returns whether all are. */
  boolean becameCurrent(FeedId feed) {
    current.add(feed);
    return current.size() == feeds.size();
  }

  /** Adds those of a session that has ended. */
  void keep(ReceiverSession ended, long nowNanos) {
    current.clear();
    feeds.forEach(feed -> checks.put(feed, checksOf(feed, ended)));
    for (FeedProgress progress : ended.progress(nowNanos)) {
      totals.merge(
          progress.feed(),
          ReplicaStatus.FeedTotals.NONE.plus(progress),
          (before, added) -> before.plus(progress));
      lastProgress.put(progress.feed(), progress);
    }
  }

  /**
   * Of all sessions.
   *
   * @param open the one that goes on, null = none
   */
  List<ReplicaStatus.FeedStatus> status(@Nullable ReceiverSession open, long nowNanos) {
    List<FeedProgress> live = open == null ? List.of() : open.progress(nowNanos);
    Map<FeedId, FeedProgress> progress = new HashMap<>(lastProgress);
    live.forEach(feed -> progress.put(feed.feed(), feed));
    List<ReplicaStatus.FeedStatus> all = new ArrayList<>();
    for (FeedId feed : feeds) {
      ReplicaStatus.FeedTotals total = totals.getOrDefault(feed, ReplicaStatus.FeedTotals.NONE);
      for (FeedProgress now : live) {
        total = now.feed().equals(feed) ? total.plus(now) : total;
      }
      all.add(
          new ReplicaStatus.FeedStatus(
              feed,
              progress.get(feed),
              total,
              current.contains(feed),
              ReplicaStatus.CheckStatus.of(checksOf(feed, open), nowNanos)));
    }
    return List.copyOf(all);
  }

  private Verification checksOf(FeedId feed, @Nullable ReceiverSession open) {
    Verification before = checks.getOrDefault(feed, Verification.NONE);
    List<Verification> now = open == null ? List.of() : open.verifications();
    int number = feeds.indexOf(feed);
    return number < now.size() ? now.get(number).after(before) : before;
  }
}
