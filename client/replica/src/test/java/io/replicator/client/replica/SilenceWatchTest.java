package io.replicator.client.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Sink;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client leaves a connection that says nothing for another that gets through, at once. */
class SilenceWatchTest {
  private final VirtualLoop loop = new VirtualLoop(6);
  private final MiniHub hub = new MiniHub();
  private final MemoryLink link =
      new MemoryLink(loop, loop, MemoryLink.Settings.FAST.withDelay(Duration.ofMillis(50)));

  @Test
  void movesOverWithinSecondsWhenAnotherConnectionGetsThrough() {
    begin();
    loop.advance(Duration.ofSeconds(20));
    assertThat(hub.hellos).as("a line that only idles is left alone").hasSize(1);
    link.stall(MemoryLink.Direction.TO_CLIENT);
    long silent = loop.nowNanos();

    loop.runUntil(Duration.ofSeconds(30), "a second Hello", () -> hub.hellos.size() == 2);

    // a third of the keep-alive without a word, a second and four round trips for the answer
    assertThat(Duration.ofNanos(loop.nowNanos() - silent))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(7));
    assertThat(hub.ends)
        .as("what the hub had on its way there is not sent again")
        .contains("connection reset");
  }

  @Test
  void staysWhenNoOtherConnectionGetsThroughEither() {
    begin();
    link.refuse();
    link.stall(MemoryLink.Direction.TO_CLIENT);
    loop.advance(Duration.ofSeconds(12));
    assertThat(link.connects()).as("others were tried").isGreaterThan(2);
    link.listen(hub);
    link.heal();
    loop.advance(Duration.ofSeconds(60));
    assertThat(hub.hellos).as("what was only slow goes on").hasSize(1);
  }

  private void begin() {
    hub.keepAliveMillis = 10_000;
    link.listen(hub);
    ReplicaSettings settings =
        new ReplicaSettings(
            List.of(new HubAddress("localhost", 3333)),
            List.of(new FeedPlan(new FeedId(5, "", KeyPatterns.ALL), null)),
            ReceiverSettings.defaults("test"),
            null,
            false,
            TcpSettings.DEFAULTS,
            RetrySettings.DEFAULTS,
            false,
            "",
            false);
    List<Sink> sinks = List.of(new SwitchedSink("one"));
    new ReplicaCore(
            loop, loop, settings, List.of(new ReplicaCore.Hub("first", link)), sinks, loop.random())
        .start();
    loop.runUntil(Duration.ofSeconds(1), "a session", () -> hub.hellos.size() == 1);
    loop.advance(Duration.ofSeconds(1)); // the Welcome is there
  }
}
