package io.replicator.testing.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.transport.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLinkTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final VirtualLoop loop = new VirtualLoop(1);
  private final MemoryLink link =
      new MemoryLink(loop, loop, MemoryLink.Settings.FAST.withDelay(Duration.ofMillis(50)));
  private final RecordingListener atHub = new RecordingListener();
  private final RecordingListener atClient = new RecordingListener();
  private final List<Connection> hubEnds = new ArrayList<>();

  @Test
  void frameTakesDelayAndTransmission() {
    link.change(link.settings().withRate(10_000));
    Connection client = connect();
    long start = loop.nowNanos();
    client.send(ConnectionContract.block(1, 1000));
    client.flush();
    loop.runUntil(LIMIT, "the frame", () -> atHub.count() == 1);
    assertThat(Duration.ofNanos(loop.nowNanos() - start).toMillis()).isBetween(150L, 153L);
  }

  @Test
  void cutLosesWhatIsUnderWayAndBothHearOfIt() {
    Connection client = connect();
    client.send(ConnectionContract.block(1, 10));
    client.flush();
    link.cut();
    loop.advance(LIMIT);
    assertThat(atHub.count()).isZero();
    assertThat(atHub.ends()).containsExactly("connection reset");
    assertThat(atClient.ends()).containsExactly("connection reset");
    assertThat(link.open()).isZero();
  }

  @Test
  void stalledFramesArriveInOrderAfterTheStall() {
    Connection client = connect();
    link.stall(MemoryLink.Direction.TO_HUB);
    for (int i = 0; client.isWritable(); i++) {
      client.send(ConnectionContract.block(i, 1000));
    }
    client.flush();
    loop.advance(LIMIT);
    assertThat(atHub.count()).isZero();
    assertThat(atClient.writable()).isZero();
    link.heal();
    loop.advance(LIMIT);
    assertThat(atHub.count()).isEqualTo(17);
    assertThat(atHub.frames().get(16)).isEqualTo(ConnectionContract.block(16, 1000));
    assertThat(atClient.writable()).isEqualTo(1);
  }

  @Test
  void blackholeIsSilentAndEndsWhatLostFramesWhenHealed() {
    Connection client = connect();
    link.blackhole();
    client.send(ConnectionContract.block(1, 10));
    client.flush();
    loop.advance(LIMIT);
    assertThat(atHub.count()).isZero();
    assertThat(atClient.ends()).isEmpty();
    link.heal();
    loop.advance(LIMIT);
    assertThat(atClient.ends()).containsExactly("connection reset");
    assertThat(atHub.ends()).containsExactly("connection reset");
  }

  @Test
  void connectInABlackholeTimesOut() {
    link.listen(connection -> atHub);
    link.blackhole();
    List<String> failures = new ArrayList<>();
    var _ =
        link.connect(connection -> atClient)
            .whenComplete((connection, failure) -> failures.add(failure.getMessage()));
    loop.advance(LIMIT);
    assertThat(failures).containsExactly("no answer in 10 s");
  }

  private Connection connect() {
    link.listen(connection -> {
      hubEnds.add(connection);
      return atHub;
    });
    List<Connection> opened = new ArrayList<>();
    var _ = link.connect(connection -> atClient).thenAccept(opened::add);
    loop.runUntil(LIMIT, "a connection", () -> !opened.isEmpty() && !hubEnds.isEmpty());
    return opened.getFirst();
  }
}
