package io.replicator.client.replica;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.client.receiver.Compared;
import io.replicator.client.receiver.ReceiverSession;
import io.replicator.client.receiver.SessionEnd;
import io.replicator.client.receiver.SessionTarget;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Compares one target with the first of the hubs that takes it, feed by feed at the same time, and
 * ends. Confined to the loop.
 *
 * <pre>
 *   open the target ──→ connect, hub after hub ──→ verify each feed, again what differs ──→ results
 * </pre>
 */
final class CheckCore {
  private final Loop loop;
  private final Executor decoders;
  private final ReplicaSettings settings;
  private final List<ReplicaCore.Hub> hubs;
  private final Sink target;
  private final Duration wait;
  private final CompletableFuture<List<CheckResult>> results = new CompletableFuture<>();
  private final List<FeedCheck> checks = new ArrayList<>();
  private @Nullable ReceiverSession session;
  private int hub;
  private boolean welcomed;

  CheckCore(
      Loop loop,
      Executor decoders,
      ReplicaSettings settings,
      List<ReplicaCore.Hub> hubs,
      Sink target,
      Duration wait) {
    this.loop = loop;
    this.decoders = decoders;
    this.settings = settings;
    this.hubs = List.copyOf(hubs);
    this.target = target;
    this.wait = wait;
  }

  /**
   * One result for each feed, in their order.
   *
   * @param timeout what is not compared by then could not be
   */
  CompletableFuture<List<CheckResult>> run(Duration timeout) {
    loop.execute(() -> {
      settings
          .feedIds()
          .forEach(feed -> checks.add(new FeedCheck(feed, target.name(), wait, loop.nowNanos())));
      loop.schedule(timeout, () -> couldNot("not done within " + timeout));
      openTarget(0);
    });
    return results;
  }

  private void openTarget(int feed) {
    if (feed == checks.size()) {
      connect();
      return;
    }
    target
        .open(checks.get(feed).feed())
        .whenComplete((cursor, failure) ->
            loop.execute(() -> {
              if (failure != null) {
                couldNot(reason(failure));
              } else {
                openTarget(feed + 1);
              }
            }));
  }

  private void connect() {
    Map<FeedId, Cursor> cursors = new HashMap<>();
    settings.feedIds().forEach(feed -> cursors.put(feed, Cursor.NONE));
    ReceiverSession next =
        new ReceiverSession(
            loop,
            decoders,
            settings.receiver(),
            settings.compare(),
            settings.feeds(),
            List.of(new SessionTarget(target, cursors)),
            new SessionEvents(),
            null);
    session = next;
    hubs.get(hub)
        .connector()
        .connect(next::start)
        .whenComplete((connection, failure) ->
            loop.execute(() -> {
              if (failure != null && session == next) {
                nextHub(reason(failure));
              }
            }));
  }

  private void nextHub(String why) {
    session = null;
    if (!welcomed && ++hub < hubs.size() && !results.isDone()) {
      connect();
    } else {
      couldNot(why);
    }
  }

  /** Whatever is not known yet never will be. */
  private void couldNot(String why) {
    checks.forEach(check -> check.couldNot(why, loop.nowNanos()));
    endIfAllKnown();
  }

  private void endIfAllKnown() {
    if (results.isDone() || checks.stream().anyMatch(check -> check.result() == null)) {
      return;
    }
    results.complete(checks.stream().map(check -> Objects.requireNonNull(check.result())).toList());
    ReceiverSession open = session;
    if (open != null) {
      open.close("everything is compared");
    }
  }

  private void verify(int number) {
    ReceiverSession open = session;
    if (open != null && !open.isEnded() && checks.get(number).result() == null) {
      open.verify(number);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    return String.valueOf((cause == null ? failure : cause).getMessage());
  }

  private final class SessionEvents implements ReceiverSession.Observer {
    @Override
    public void onWelcome(String hubId) {
      welcomed = true;
    }

    @Override
    public void onFeedCurrent(FeedId feed) {
      verify(settings.feedIds().indexOf(feed));
    }

    @Override
    public void onCompared(FeedId feed, Compared found) {
      int number = settings.feedIds().indexOf(feed);
      checks
          .get(number)
          .looked(found, loop.nowNanos())
          .ifPresent(pause -> loop.schedule(Duration.ofNanos(pause), () -> verify(number)));
      endIfAllKnown();
    }

    @Override
    public void onNotCompared(FeedId feed, String why) {
      checks
          .get(settings.feedIds().indexOf(feed))
          .couldNot("the hub says: " + why, loop.nowNanos());
      endIfAllKnown();
    }

    @Override
    public void onTargetSetAside(Sink sink, Throwable failure) {
      couldNot(reason(failure));
    }

    @Override
    public void onEnded(SessionEnd end) {
      nextHub(end.text());
    }
  }
}
