package io.replicator.client.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Sink;
import io.replicator.api.SinkException;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReplicaCoreTest {
  private final VirtualLoop loop = new VirtualLoop(5);
  private final MiniHub hub = new MiniHub();
  private final MiniHub second = new MiniHub();
  private final MemoryLink link = new MemoryLink(loop, loop, MemoryLink.Settings.FAST);
  private final MemoryLink secondLink = new MemoryLink(loop, loop, MemoryLink.Settings.FAST);
  private boolean twoHubs;
  private final SwitchedSink sink = new SwitchedSink("one");
  private final SwitchedSink other = new SwitchedSink("other");

  @Test
  void isReadyWhenEveryFeedIsLoaded() {
    link.listen(hub);
    ReplicaCore core = start(false, sink);
    loop.runReady();

    assertThat(core.ready()).isCompleted();
    assertThat(core.status().state()).isEqualTo(ReplicaStatus.State.LIVE);
    assertThat(core.status().isReady()).isTrue();
    assertThat(core.status().hubId()).isEqualTo("mini");
  }

  @Test
  void seeksALostHubForEverWithWaitsThatDoubleUpToTheLongest() {
    ReplicaCore core = start(false, sink);
    List<Long> waits = new ArrayList<>();
    long before = loop.nowNanos();
    for (int i = 1; i <= 14; i++) {
      int attempts = i;
      loop.runUntil(Duration.ofMinutes(1), "attempt " + i, () -> link.connects() >= attempts);
      waits.add(Duration.ofNanos(loop.nowNanos() - before).toMillis());
      before = loop.nowNanos();
    }

    assertThat(core.status().message()).contains("connection refused");
    for (int i = 1; i < waits.size(); i++) {
      long longest = Math.min(100L << (i - 1), 5000);
      assertThat(waits.get(i)).as("wait %d", i).isBetween(longest / 2, longest);
    }
  }

  @Test
  void comesBackSoonAfterASessionThatLasted() {
    link.listen(hub);
    start(false, sink);
    for (int i = 1; i <= 10; i++) {
      int expected = i;
      loop.runUntil(Duration.ofMillis(200), "session " + i, () -> hub.hellos.size() >= expected);
      loop.advance(Duration.ofSeconds(6));
      link.cut();
    }
  }

  @Test
  void waitsLongerAndLongerForAHubThatWelcomesAndFallsOverAtOnce() {
    link.listen(hub);
    start(false, sink);
    for (int i = 1; i <= 9; i++) {
      int expected = i;
      loop.runUntil(Duration.ofSeconds(31), "session " + i, () -> hub.hellos.size() >= expected);
      loop.runReady();
      link.cut();
    }
    loop.advance(Duration.ofSeconds(2));

    assertThat(hub.hellos).hasSize(9);
  }

  @Test
  void triesTheHubsInTurn() {
    twoHubs = true;
    secondLink.listen(second);
    ReplicaCore core = start(false, sink);
    loop.advance(Duration.ofMillis(200));

    assertThat(second.hellos).hasSize(1);
    assertThat(core.status().hub()).isEqualTo("second");
  }

  @Test
  void saysWhatTheHubRefusesAndTriesAgainSlowly() {
    link.listen(hub);
    twoHubs = true;
    secondLink.listen(second);
    hub.refusesWith(WireError.UNKNOWN_DATABASE, "no database 5 here");
    second.refusesWith(WireError.FORBIDDEN, "not you");
    ReplicaCore core = start(false, sink);
    loop.advance(Duration.ofSeconds(10));

    assertThat(hub.hellos).hasSize(1);
    assertThat(second.hellos).hasSize(1);
    assertThat(core.status().message()).isEqualTo("the hub says: not you");
    assertThat(core.status().state()).isEqualTo(ReplicaStatus.State.WAITING);

    second.welcomesAgain();
    hub.welcomesAgain();
    loop.advance(Duration.ofSeconds(30));

    assertThat(core.ready()).isCompleted();
  }

  @Test
  void givesUpWhenEveryHubRefusesAndFailingFastIsWanted() {
    link.listen(hub);
    twoHubs = true;
    secondLink.listen(second);
    hub.refusesWith(WireError.UNAUTHENTICATED, "no such token");
    second.refusesWith(WireError.UNAUTHENTICATED, "no such token either");
    ReplicaCore core = start(true, sink);
    loop.advance(Duration.ofMinutes(5));

    assertThat(hub.hellos.size() + second.hellos.size()).isEqualTo(2);
    assertThat(core.status().state()).isEqualTo(ReplicaStatus.State.FAILED);
    assertThatThrownBy(core.ready()::join)
        .hasRootCauseInstanceOf(ReplicaFailed.class)
        .hasMessageContaining("no such token either");
  }

  @Test
  void startsWithTheTargetsThatWorkAndTakesTheOtherInWhenItIsBack() {
    link.listen(hub);
    other.fails(SinkException.Category.UNAVAILABLE);
    ReplicaCore core = start(false, sink, other);
    loop.advance(Duration.ofSeconds(5));

    assertThat(hub.hellos).hasSize(1);
    assertThat(hub.hellos.getFirst().getFeeds(0).getCursorsCount()).isEqualTo(1);
    assertThat(states(core)).containsExactly("active", "set aside");
    assertThat(core.status().isReady()).isFalse();

    other.works();
    loop.advance(Duration.ofSeconds(40));

    assertThat(hub.hellos).hasSize(2);
    assertThat(hub.hellos.getLast().getFeeds(0).getCursorsCount()).isEqualTo(2);
    assertThat(states(core)).containsExactly("active", "active");
    assertThat(core.status().isReady()).isTrue();
  }

  @Test
  void asksATargetThatRefusesWritesOnlySlowly() {
    link.listen(hub);
    sink.fails(SinkException.Category.REFUSED);
    ReplicaCore core = start(false, sink);
    loop.advance(Duration.ofSeconds(14));

    assertThat(sink.opens).isEqualTo(1);
    assertThat(hub.hellos).isEmpty();
    assertThat(core.status().message()).contains("one is REFUSED");

    sink.works();
    loop.advance(Duration.ofSeconds(17));

    assertThat(core.ready()).isCompleted();
  }

  @Test
  void stopsABrokenTargetAndGoesOnWithTheOther() {
    link.listen(hub);
    other.fails(SinkException.Category.BROKEN);
    ReplicaCore core = start(false, sink, other);
    loop.advance(Duration.ofMinutes(5));

    assertThat(hub.hellos).hasSize(1);
    assertThat(other.opens).isEqualTo(1);
    assertThat(states(core)).containsExactly("active", "stopped");
  }

  @Test
  void givesUpWhenEveryTargetIsBroken() {
    link.listen(hub);
    sink.fails(SinkException.Category.BROKEN);
    ReplicaCore core = start(false, sink);
    loop.advance(Duration.ofSeconds(1));

    assertThat(core.gaveUp()).isCompletedWithValueMatching(why -> why.contains("every target"));
    assertThat(core.status().state()).isEqualTo(ReplicaStatus.State.FAILED);
    assertThat(core.ready()).isCompletedExceptionally();
  }

  @Test
  void closesWhileConnectedAndWhileWaiting() {
    link.listen(hub);
    ReplicaCore connected = start(false, sink);
    loop.runReady();
    var closing = connected.close();
    loop.runReady();
    assertThat(closing).isCompleted();
    assertThat(link.open()).isZero();

    link.refuse();
    ReplicaCore waiting = start(false, sink);
    loop.runReady();
    closing = waiting.close();
    loop.runReady();
    int attempts = link.connects() + secondLink.connects();
    loop.advance(Duration.ofMinutes(5));

    assertThat(closing).isCompleted();
    assertThat(link.connects() + secondLink.connects()).isEqualTo(attempts);
  }

  private static List<String> states(ReplicaCore core) {
    return core.status().targets().stream().map(ReplicaStatus.TargetStatus::state).toList();
  }

  private ReplicaCore start(boolean failFast, SwitchedSink... sinks) {
    FeedPlan feed = new FeedPlan(new FeedId(5, "", KeyPatterns.ALL), null);
    ReplicaSettings settings =
        new ReplicaSettings(
            List.of(new HubAddress("localhost", 3333)),
            List.of(feed),
            ReceiverSettings.defaults("test"),
            null,
            false,
            TcpSettings.DEFAULTS,
            RetrySettings.DEFAULTS,
            failFast,
            "",
            false);
    List<ReplicaCore.Hub> hubs = new ArrayList<>();
    hubs.add(new ReplicaCore.Hub("first", link));
    if (twoHubs) {
      hubs.add(new ReplicaCore.Hub("second", secondLink));
    }
    ReplicaCore core =
        new ReplicaCore(loop, loop, settings, hubs, Stream.<Sink>of(sinks).toList(), loop.random());
    core.start();
    return core;
  }
}
