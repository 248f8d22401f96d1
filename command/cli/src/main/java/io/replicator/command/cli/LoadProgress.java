package io.replicator.command.cli;

import io.replicator.client.receiver.FeedProgress;
import io.replicator.client.replica.Replica;
import io.replicator.client.replica.ReplicaStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Shows how far the loads of a running replica are, and closes it in the end. */
final class LoadProgress implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(200);

  private final Replica replica;
  private final ProgressLine line;
  private final Thread watcher;
  private volatile boolean ended;

  LoadProgress(Replica replica, ProgressLine line) {
    this.replica = replica;
    this.line = line;
    this.watcher = Thread.ofPlatform().daemon().name("replicator-progress").start(this::watch);
  }

  private void watch() {
    while (!ended) {
      String text = now();
      if (text.isEmpty()) {
        line.clear();
      } else {
        line.show(text);
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
    line.clear();
  }

  private String now() {
    try {
      return text(replica.status());
    } catch (IllegalStateException e) {
      // Too busy to answer, or being closed: there is another time.
      return "";
    }
  }

  /** "" = nothing is being loaded. */
  static String text(ReplicaStatus status) {
    List<FeedProgress> loading =
        status.feeds().stream()
            .map(ReplicaStatus.FeedStatus::progress)
            .filter(feed -> feed != null && feed.loading())
            .toList();
    if (loading.isEmpty() || status.state() != ReplicaStatus.State.LOADING) {
      return "";
    }
    long seconds =
        loading.stream().mapToLong(feed -> feed.remainingSeconds().orElse(0)).max().orElse(0);
    return ProgressLine.bar(
        "loading",
        loading.stream().mapToLong(FeedProgress::loadedKeys).sum(),
        loading.stream().mapToLong(FeedProgress::expectedKeys).sum(),
        loading.stream().mapToDouble(FeedProgress::keysPerSecond).sum(),
        Duration.ofSeconds(seconds));
  }

  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(watcher);
    line.clear();
    replica.close();
  }
}
