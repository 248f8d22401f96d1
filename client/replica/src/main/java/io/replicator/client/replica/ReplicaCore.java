package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Sink;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.ReceiverSession;
import io.replicator.client.receiver.RememberingSink;
import io.replicator.client.receiver.SessionEnd;
import io.replicator.client.receiver.SessionTarget;
import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connector;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one session with one of its hubs going, for ever. Confined to the loop.
 *
 * <pre>
 *   ┌→ open targets ──→ connect ──→ session ──→ ended ─┐   (at the start both at once)
 *   │       │ none can be used   │ no hub              │
 *   │       ▼                    ▼                     ▼
 *   └────────────────── wait, back-off with jitter ←───┘
 * </pre>
 *
 * <p>A target that was set aside is opened again while the session goes on with the others; when
 * that succeeds, the session is ended and the next one begins with all of them, each with its own
 * cursor.
 */
final class ReplicaCore {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaCore.class);

  /** An attempt that went on for so long was a wait of its own: the next one begins at once. */
  private static final long LONG_ATTEMPT_NANOS = Duration.ofSeconds(5).toNanos();

  private static final Duration SOON = Duration.ofMillis(100);

  /** The way to one hub. */
  record Hub(String name, Connector connector, @Nullable DatagramConnector datagrams) {
    Hub(String name, Connector connector) {
      this(name, connector, null);
    }
  }

  private final Loop loop;
  private final Executor decoders;
  private final ReplicaSettings settings;
  private final List<Hub> hubs;
  private final List<Target> targets = new ArrayList<>();
  private final Backoff backoff;

  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final CompletableFuture<String> gaveUp = new CompletableFuture<>();
  private final FeedFigures figures;

  private ReplicaStatus.State state = ReplicaStatus.State.OPENING;
  private @Nullable ReceiverSession session;

  /** Of the first attempt only: later ones come after something failed. */
  private @Nullable EarlyConnection early;

  private boolean closing;
  private boolean rejoining;
  private int hub;
  private int refusedInTurn;
  private String hubId = "";
  private String message = "";
  private @Nullable String told;
  private long sessions;
  private boolean welcomed;
  private long welcomedNanos;
  private long connectBeganNanos;

  ReplicaCore(
      Loop loop,
      Executor decoders,
      ReplicaSettings settings,
      List<Hub> hubs,
      List<Sink> sinks,
      RandomGenerator random) {
    if (sinks.isEmpty()) {
      throw new IllegalArgumentException("no target: expected at least one");
    }
    this.loop = loop;
    this.decoders = decoders;
    this.settings = settings;
    this.hubs = List.copyOf(hubs);
    this.figures = new FeedFigures(settings.feedIds());
    this.backoff = new Backoff(settings.retry(), random);
    sinks.forEach(
        sink -> targets.add(new Target(remembering(sink), loop, settings.retry(), random)));
  }

  private Sink remembering(Sink sink) {
    CompareSettings compare = settings.compare();
    return sink instanceof Holdings holdings && holdings.readsSlowly() && compare.remembers()
        ? new RememberingSink(holdings, decoders, compare.rememberBytes())
        : sink;
  }

  /** Completes when every feed was loaded for the first time; fails if the replica gives up. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Completes with the reason if the replica gives up: nothing will move any more. */
  CompletableFuture<String> gaveUp() {
    return gaveUp;
  }

  void start() {
    loop.execute(() -> {
      early = new EarlyConnection(hubs.get(hub).connector());
      attempt();
    });
  }

  /** Ends the session; the stage completes when no sink is being called any more. */
  CompletableFuture<Void> close() {
    loop.execute(this::closeOnLoop);
    return closed;
  }

  private void closeOnLoop() {
    if (closing) {
      return;
    }
    closing = true;
    ready.completeExceptionally(new IllegalStateException("the replica was closed"));
    ReceiverSession open = session;
    if (open != null) {
      open.close("the client closes");
    } else {
      abandonEarly();
      finish();
    }
  }

  private void finish() {
    state = ReplicaStatus.State.CLOSED;
    closed.complete(null);
  }

  private void attempt() {
    if (closing || session != null || state == ReplicaStatus.State.FAILED) {
      return;
    }
    state = ReplicaStatus.State.OPENING;
    List<Target> due = targets.stream().filter(Target::isDue).toList();
    List<SessionTarget> opened = new ArrayList<>();
    int[] left = {due.size()};
    if (due.isEmpty()) {
      waitForTargets();
    }
    for (Target target : due) {
      target
          .open(settings.feedIds())
          .thenAccept(cursors -> {
            if (cursors != null) {
              opened.add(new SessionTarget(target.sink(), cursors));
            }
            if (--left[0] == 0) {
              targetsOpened(opened);
            }
          });
    }
  }

  private void targetsOpened(List<SessionTarget> opened) {
    if (closing) {
      abandonEarly();
      finish();
    } else if (opened.isEmpty()) {
      abandonEarly();
      waitForTargets();
    } else {
      connect(opened);
    }
  }

  private void abandonEarly() {
    EarlyConnection unused = early;
    early = null;
    if (unused != null) {
      unused.abandon();
    }
  }

  private void waitForTargets() {
    List<Target> usable = targets.stream().filter(target -> !target.isStopped()).toList();
    if (usable.isEmpty()) {
      fail("every target is stopped: " + targets.getFirst().status().message());
      return;
    }
    message = "no target can be used: " + usable.getFirst().status().message();
    Duration wait =
        usable.stream().map(Target::untilDue).min(Duration::compareTo).orElse(Duration.ZERO);
    attemptAfter(wait);
  }

  private void attemptAfter(Duration wait) {
    state = ReplicaStatus.State.WAITING;
    loop.schedule(wait, this::attempt);
  }

  private void connect(List<SessionTarget> opened) {
    state = ReplicaStatus.State.CONNECTING;
    connectBeganNanos = loop.nowNanos();
    ReceiverSession next =
        new ReceiverSession(
            loop,
            decoders,
            settings.receiver(),
            settings.compare(),
            settings.feeds(),
            opened,
            new SessionEvents(),
            hubs.get(hub).datagrams());
    session = next;
    EarlyConnection made = early;
    early = null;
    (made == null ? hubs.get(hub).connector().connect(next::start) : made.use(next::start))
        .whenComplete((connection, failure) -> loop.execute(() -> connected(next, failure)));
  }

  private void connected(ReceiverSession which, @Nullable Throwable failure) {
    if (failure == null || session != which) {
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String why = String.valueOf(cause.getMessage());
    session = null;
    if (closing) {
      finish();
      return;
    }
    boolean trust =
        cause instanceof ConnectFailed known
            && known.category() == ConnectFailed.Category.NOT_TRUSTED;
    nextHub();
    if (trust) {
      needsPeople(why);
    } else {
      tell(why);
      attemptAfter(
          loop.nowNanos() - connectBeganNanos >= LONG_ATTEMPT_NANOS ? SOON : backoff.next());
    }
  }

  private void nextHub() {
    hub = (hub + 1) % hubs.size();
  }

  /** The hub, or its certificate, says no: coming back soon would not help. */
  private void needsPeople(String why) {
    refusedInTurn++;
    tell(why);
    if (settings.failFast() && refusedInTurn >= hubs.size()) {
      fail(why);
    } else {
      attemptAfter(refusedInTurn < hubs.size() ? backoff.next() : backoff.slow());
    }
  }

  private void fail(String why) {
    message = why;
    state = ReplicaStatus.State.FAILED;
    LOG.atError().addKeyValue("reason", why).log("replica gave up");
    ready.completeExceptionally(new ReplicaFailed(why));
    gaveUp.complete(why);
  }

  /** Each reason is logged once, not at each attempt. */
  private void tell(String why) {
    message = why;
    if (!why.equals(told)) {
      told = why;
      LOG.atWarn()
          .addKeyValue("hub", hubs.get(hub).name())
          .addKeyValue("reason", why)
          .log("no hub");
    }
  }

  private void ended(SessionEnd end) {
    ReceiverSession ending = session;
    session = null;
    if (ending != null) {
      figures.keep(ending, loop.nowNanos());
    }
    if (closing) {
      finish();
      return;
    }
    if (welcomed && lasted().compareTo(settings.retry().settled()) >= 0) {
      backoff.reset();
      targets.stream().filter(target -> !target.isSetAside()).forEach(Target::proved);
    }
    welcomed = false;
    switch (end) {
      case SessionEnd.Closed rejoin -> attempt();
      case SessionEnd.NoTargetLeft none -> {
        message = none.text();
        waitForTargets();
      }
      case SessionEnd.Lost lost -> again(lost.text());
      case SessionEnd.Violated violated -> again(violated.text());
      case SessionEnd.HubRefused refused -> {
        nextHub();
        if (refused.retryable()) {
          again(refused.text());
        } else {
          needsPeople(refused.text());
        }
      }
    }
  }

  private void again(String why) {
    tell(why);
    attemptAfter(backoff.next());
  }

  private Duration lasted() {
    return Duration.ofNanos(loop.nowNanos() - welcomedNanos);
  }

  /** Opens what was set aside, for as long as the session goes on without it. */
  private void probe(Target target, ReceiverSession during) {
    if (session != during || closing || !target.isSetAside()) {
      return;
    }
    if (!target.isDue()) {
      loop.schedule(target.untilDue(), () -> probe(target, during));
      return;
    }
    target
        .open(settings.feedIds())
        .thenAccept(cursors -> {
          if (session != during) {
            return;
          }
          if (cursors == null) {
            probe(target, during);
          } else if (!rejoining) {
            rejoining = true;
            during.close("target " + target.sink().name() + " is back");
          }
        });
  }

  ReplicaStatus status() {
    ReceiverSession open = session;
    return new ReplicaStatus(
        state,
        hubs.get(hub).name(),
        hubId,
        message,
        open == null ? "" : open.codec(),
        sessions,
        open == null ? OptionalLong.empty() : open.rttNanos(),
        open == null ? OptionalLong.empty() : open.clockOffsetMicros(),
        open == null ? null : open.datagrams(),
        figures.status(open, loop.nowNanos()),
        targets.stream().map(Target::status).toList());
  }

  private final class SessionEvents implements ReceiverSession.Observer {
    @Override
    public void onWelcome(String newHubId) {
      sessions++;
      hubId = newHubId;
      message = "";
      told = null;
      rejoining = false;
      refusedInTurn = 0;
      welcomed = true;
      welcomedNanos = loop.nowNanos();
      state = ReplicaStatus.State.LOADING;
      LOG.atInfo()
          .addKeyValue("hub", hubs.get(hub).name())
          .addKeyValue("hubId", newHubId)
          .log("connected");
      ReceiverSession now = session;
      if (now != null) {
        targets.forEach(target -> probe(target, now));
        new SilenceWatch(loop, hubs.get(hub).connector(), now).look();
      }
    }

    @Override
    public void onFeedCurrent(FeedId feed) {
      if (figures.becameCurrent(feed)) {
        state = ReplicaStatus.State.LIVE;
        ready.complete(null);
      }
    }

    @Override
    public void onTargetSetAside(Sink sink, Throwable failure) {
      for (Target target : targets) {
        if (target.sink().equals(sink)) {
          target.failed(failure);
          ReceiverSession now = session;
          if (now != null) {
            probe(target, now);
          }
        }
      }
    }

    @Override
    public void onEnded(SessionEnd end) {
      ended(end);
    }
  }
}
