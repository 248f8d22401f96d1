package io.replicator.client.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Ping;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A connection that is there before it is needed. */
final class EarlyConnectionTest {
  private final VirtualLoop loop = new VirtualLoop(7);
  private final MemoryLink link = new MemoryLink(loop, loop, MemoryLink.Settings.FAST);
  private final List<Frame> heardByHub = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private final List<Connection> atHub = new ArrayList<>();

  @Test
  void isOneConnectionWhetherItIsUsedBeforeOrAfterItIsThere() {
    link.listen(this::atHub);
    EarlyConnection late = new EarlyConnection(link);
    loop.advance(Duration.ofSeconds(1));
    var _ = late.use(this::greet);
    EarlyConnection soon = new EarlyConnection(link);
    var _ = soon.use(this::greet);
    loop.advance(Duration.ofSeconds(1));
    atHub.forEach(connection -> {
      connection.send(WireError.GOING_AWAY.frame("bye"));
      connection.flush();
    });
    loop.advance(Duration.ofSeconds(1));

    assertThat(link.connects()).isEqualTo(2);
    assertThat(heardByHub).hasSize(2);
    assertThat(heard).containsExactly("frame", "frame");
  }

  @Test
  void whatTheHubEndedMeanwhileIsMadeAnew() {
    link.listen(this::atHub);
    EarlyConnection early = new EarlyConnection(link);
    loop.advance(Duration.ofSeconds(1));
    atHub.getFirst().send(WireError.HANDSHAKE_TIMEOUT.frame("too late"));
    atHub.getFirst().flush();
    loop.advance(Duration.ofSeconds(1));
    var _ = early.use(this::greet);
    loop.advance(Duration.ofSeconds(1));

    assertThat(link.connects()).isEqualTo(2);
    assertThat(heardByHub).hasSize(1);
    assertThat(heard).isEmpty();
  }

  @Test
  void isClosedIfNobodyUsesIt() {
    link.listen(this::atHub);
    EarlyConnection there = new EarlyConnection(link);
    loop.advance(Duration.ofSeconds(1));
    there.abandon();
    EarlyConnection notYet = new EarlyConnection(link);
    notYet.abandon();
    loop.advance(Duration.ofSeconds(1));

    assertThat(closedAtHub).isEqualTo(2);
  }

  @Test
  void aHubThatIsNotThereIsToldToTheUser() {
    EarlyConnection early = new EarlyConnection(link);
    loop.advance(Duration.ofSeconds(1));

    assertThat(early.use(this::greet).toCompletableFuture()).isCompletedExceptionally();
  }

  private int closedAtHub;

  private Connection.Listener greet(Connection connection) {
    connection.send(Frame.newBuilder().setPing(Ping.newBuilder().setNonce(1)).build());
    connection.flush();
    return new Heard(() -> heard.add("frame"), () -> {});
  }

  private Connection.Listener atHub(Connection connection) {
    atHub.add(connection);
    return new Heard(() -> heardByHub.add(Frame.getDefaultInstance()), () -> closedAtHub++);
  }

  private record Heard(Runnable frame, Runnable closed) implements Connection.Listener {
    @Override
    public void onFrame(Frame frame) {
      this.frame.run();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String reason) {
      closed.run();
    }
  }
}
