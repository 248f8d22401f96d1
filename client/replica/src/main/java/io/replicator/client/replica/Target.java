package io.replicator.client.replica;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.api.SinkException;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One target and whether it can be used now. Confined to the loop.
 *
 * <pre>
 *            open failed, apply failed: unavailable, refused
 *   ready ────────────────────────────────────────────────────→ set aside until …
 *     ▲                        opened again                          │
 *     └──────────────────────────────────────────────────────────────┘
 *     └── broken ──→ stopped, for ever
 * </pre>
 */
final class Target {
  private static final Logger LOG = LoggerFactory.getLogger(Target.class);

  private sealed interface State {
    record Ready() implements State {}

    record SetAside(long untilNanos, String why) implements State {}

    record Stopped(String why) implements State {}
  }

  private final Sink sink;
  private final Loop loop;
  private final Backoff backoff;
  private State state = new State.Ready();
  private long failures;
  private @Nullable String told;

  Target(Sink sink, Loop loop, RetrySettings retry, RandomGenerator random) {
    this.sink = sink;
    this.loop = loop;
    this.backoff = new Backoff(retry, random);
  }

  Sink sink() {
    return sink;
  }

  boolean isStopped() {
    return state instanceof State.Stopped;
  }

  boolean isSetAside() {
    return state instanceof State.SetAside;
  }

  /** Whether it may be opened now. */
  boolean isDue() {
    return switch (state) {
      case State.Ready ready -> true;
      case State.SetAside aside -> loop.nowNanos() - aside.untilNanos >= 0;
      case State.Stopped stopped -> false;
    };
  }

  /** How long until it may be opened; zero if it may, or never will. */
  Duration untilDue() {
    return state instanceof State.SetAside aside
        ? Duration.ofNanos(Math.max(0, aside.untilNanos - loop.nowNanos()))
        : Duration.ZERO;
  }

  /**
   * Opens every feed, one after the other.
   *
   * @return where it stands, on the loop; empty map entries never; null = it failed and is set
   *     aside
   */
  CompletionStage<@Nullable Map<FeedId, Cursor>> open(List<FeedId> feeds) {
    CompletableFuture<@Nullable Map<FeedId, Cursor>> result = new CompletableFuture<>();
    openNext(feeds.iterator(), new HashMap<>(), result);
    return result;
  }

  private void openNext(
      Iterator<FeedId> feeds,
      Map<FeedId, Cursor> cursors,
      CompletableFuture<@Nullable Map<FeedId, Cursor>> result) {
    if (!feeds.hasNext()) {
      opened();
      result.complete(cursors);
      return;
    }
    FeedId feed = feeds.next();
    CompletionStage<Cursor> stage;
    try {
      stage = sink.open(feed);
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    stage.whenComplete((cursor, failure) ->
        loop.execute(() -> {
          if (failure == null) {
            cursors.put(feed, cursor);
            openNext(feeds, cursors, result);
          } else {
            failed(failure);
            result.complete(null);
          }
        }));
  }

  private void opened() {
    if (told != null) {
      LOG.atInfo().addKeyValue("target", sink.name()).log("target is back");
      told = null;
    }
    state = new State.Ready();
  }

  /** A session in which it took part went well for a while. */
  void proved() {
    backoff.reset();
  }

  void failed(Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    failures++;
    String why = String.valueOf(failure.getMessage());
    // what is not a SinkException is a fault of the sink: it may be gone with the next attempt
    SinkException.Category category =
        failure instanceof SinkException known
            ? known.category()
            : SinkException.Category.UNAVAILABLE;
    switch (category) {
      case UNAVAILABLE -> setAside(backoff.next(), why, "target unavailable, will be tried again");
      case REFUSED -> setAside(backoff.slow(), why, "target refuses writes, will be tried again");
      case BROKEN -> {
        state = new State.Stopped(why);
        LOG.atError()
            .addKeyValue("target", sink.name())
            .addKeyValue("reason", why)
            .log("target stopped: someone must look");
      }
    }
  }

  private void setAside(Duration wait, String why, String message) {
    state = new State.SetAside(loop.nowNanos() + wait.toNanos(), why);
    if (!why.equals(told)) {
      told = why;
      LOG.atWarn().addKeyValue("target", sink.name()).addKeyValue("reason", why).log(message);
    }
  }

  ReplicaStatus.TargetStatus status() {
    return switch (state) {
      case State.Ready ready -> status("active", "");
      case State.SetAside aside -> status("set aside", aside.why);
      case State.Stopped stopped -> status("stopped", stopped.why);
    };
  }

  private ReplicaStatus.TargetStatus status(String now, String why) {
    return new ReplicaStatus.TargetStatus(sink.name(), now, why, failures, sink.counted());
  }
}
