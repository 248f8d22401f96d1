package io.replicator.testing.simulation;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.FeedProgress;
import io.replicator.client.receiver.ReceiverSession;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.client.receiver.RememberingSink;
import io.replicator.client.receiver.SessionEnd;
import io.replicator.client.receiver.SessionTarget;
import io.replicator.link.codec.WireError;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A client as its user sees it: one session after the other, its targets opened before each; killed
 * and started again by the simulation. Its stores outlive it.
 */
final class SimClient {
  private static final Set<WireError> EXPECTED =
      Set.of(
          WireError.GOING_AWAY,
          WireError.KEEPALIVE_TIMEOUT,
          WireError.HANDSHAKE_TIMEOUT,
          WireError.OVERLOADED);

  /** A target and how it is doing. */
  record Target(TargetStore store, ModelSink.Health health) {}

  private final VirtualLoop loop;
  private final Executor workers;
  private final MemoryLink link;
  private final @Nullable MemoryDatagramLink datagrams;
  private final ReceiverSettings settings;
  private final CompareSettings compare;
  private final List<FeedPlan> feeds;
  private final List<Target> targets;
  private final Faults faults;
  private List<ModelSink> sinks = List.of();

  /** The same, as the session sees them. */
  private Map<ModelSink, Sink> remembering = Map.of();

  private @Nullable ReceiverSession session;
  private boolean running;

  /** Raised by every start and kill: what an older process left behind is not listened to. */
  private int process;

  private long sessions;

  SimClient(
      VirtualLoop loop,
      Executor workers,
      MemoryLink link,
      @Nullable MemoryDatagramLink datagrams,
      ReceiverSettings settings,
      CompareSettings compare,
      List<FeedPlan> feeds,
      List<Target> targets,
      Faults faults) {
    this.loop = loop;
    this.workers = workers;
    this.link = link;
    this.datagrams = datagrams;
    this.settings = settings;
    this.compare = compare;
    this.feeds = feeds;
    this.targets = targets;
    this.faults = faults;
  }

  MemoryLink link() {
    return link;
  }

  /** Null = this client wants no datagrams. */
  @Nullable MemoryDatagramLink datagrams() {
    return datagrams;
  }

  List<Target> targets() {
    return targets;
  }

  List<FeedPlan> feeds() {
    return feeds;
  }

  ReceiverSettings settings() {
    return settings;
  }

  boolean isRunning() {
    return running;
  }

  long sessions() {
    return sessions;
  }

  List<FeedProgress> progress() {
    return session == null ? List.of() : session.progress(loop.nowNanos());
  }

  void start() {
    if (!running) {
      running = true;
      process++;
      sinks =
          targets.stream()
              .map(target -> new ModelSink(loop, target.store, target.health, faults))
              .toList();
      Map<ModelSink, Sink> wrapped = new HashMap<>();
      sinks.forEach(sink ->
          wrapped.put(
              sink,
              compare.remembers()
                  ? new RememberingSink(sink, workers, compare.rememberBytes())
                  : sink));
      remembering = wrapped;
      attempt(process);
    }
  }

  /** Nothing is finished: what is out at the targets happens or does not. */
  void kill() {
    if (!running) {
      return;
    }
    running = false;
    process++;
    sinks.forEach(ModelSink::die);
    checkCursors();
    link.cut();
    if (datagrams != null) {
      datagrams.cut();
    }
    ReceiverSession open = session;
    session = null;
    if (open != null) {
      open.close("killed");
    }
  }

  /** I4. */
  void checkCursors() {
    for (Target target : targets) {
      feeds.forEach(feed -> target.store.checkCursor(feed.id()));
    }
  }

  private void attempt(int mine) {
    if (mine != process) {
      return;
    }
    List<SessionTarget> opened = new ArrayList<>();
    for (ModelSink sink : sinks) {
      if (sink.canBeOpened()) {
        opened.add(new SessionTarget(opened(sink), cursors(sink.store())));
      }
    }
    if (opened.isEmpty()) {
      again(mine);
      return;
    }
    ReceiverSession next =
        new ReceiverSession(
            loop, workers, settings, compare, feeds, opened, new Observer(mine), datagrams);
    session = next;
    link.connect(next::start)
        .whenComplete((connection, failure) ->
            loop.execute(() -> {
              if (failure != null && mine == process && session == next) {
                session = null;
                again(mine);
              }
            }));
    if (opened.size() < sinks.size()) {
      rejoinLater(next);
    }
  }

  /** Tells what is remembered where the target stands. */
  private Sink opened(ModelSink sink) {
    Sink wrapped = Objects.requireNonNull(remembering.get(sink));
    feeds.forEach(feed -> {
      var _ = wrapped.open(feed.id());
    });
    return wrapped;
  }

  private Map<FeedId, Cursor> cursors(TargetStore store) {
    Map<FeedId, Cursor> cursors = new HashMap<>();
    feeds.forEach(feed -> cursors.put(feed.id(), store.feed(feed.id()).cursor));
    return cursors;
  }

  private void again(int mine) {
    loop.schedule(Duration.ofMillis(20 + loop.random().nextInt(300)), () -> attempt(mine));
  }

  /** A target that was set aside is taken in again by a new session. */
  private void rejoinLater(ReceiverSession during) {
    loop.schedule(
        Duration.ofMillis(300 + loop.random().nextInt(500)),
        () -> {
          if (session == during) {
            if (sinks.stream().allMatch(ModelSink::canBeOpened)) {
              during.close("a target is back");
            } else {
              rejoinLater(during);
            }
          }
        });
  }

  private final class Observer implements ReceiverSession.Observer {
    private final int mine;

    Observer(int mine) {
      this.mine = mine;
    }

    @Override
    public void onWelcome(String hubId) {
      sessions++;
    }

    @Override
    public void onFeedCurrent(FeedId feed) {}

    @Override
    public void onTargetSetAside(Sink sink, Throwable failure) {
      ReceiverSession now = session;
      if (mine == process && now != null) {
        rejoinLater(now);
      }
    }

    @Override
    public void onEnded(SessionEnd end) {
      if (mine != process) {
        return;
      }
      session = null;
      judge(end);
      checkCursors();
      again(mine);
    }

    private void judge(SessionEnd end) {
      switch (end) {
        case SessionEnd.Violated violated -> faults.add(settings.clientId() + ": " + violated);
        case SessionEnd.HubRefused refused -> {
          if (WireError.ofCode(refused.code()).filter(EXPECTED::contains).isEmpty()) {
            faults.add(settings.clientId() + ": " + refused);
          }
        }
        case SessionEnd.Lost lost -> {
          if (lost.text().contains("could not be processed")) {
            faults.add(settings.clientId() + ": " + lost);
          }
        }
        case SessionEnd.NoTargetLeft none -> {}
        case SessionEnd.Closed closed -> {}
      }
    }
  }
}
