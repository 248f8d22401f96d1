package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.transport.Connection;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.ReconcileNote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A client that asks for a verification while it is reconciled (found by the simulation). */
final class RefusedVerificationTest {

  @Test
  void aRefusedVerificationLeavesTheReconcileAlone() { // P171
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    lab.source.scan();
    Client client = new Client();
    Hello.Builder hello = TestClient.hello(new TestClient.Store());
    FeedRequest feed = hello.getFeeds(0).toBuilder().setHolds(FeedRequest.Holds.DATA).build();
    lab.link.connect(connection -> client.begun(connection, hello.setFeeds(0, feed).build()));
    lab.loop.advance(Duration.ofSeconds(1));
    assertThat(client.frames).anyMatch(Frame::hasReconcileBegin);

    for (ReconcileNote.Kind asked : List.of(ReconcileNote.Kind.VERIFY, ReconcileNote.Kind.REPAIR)) {
      client.frames.clear();
      client.send(
          Frame.newBuilder()
              .setReconcileNote(ReconcileNote.newBuilder().setFeed(feed.getFeed()).setKind(asked))
              .build());
      lab.source.put("key:000001", "a change meanwhile, " + asked);
      lab.loop.advance(Duration.ofSeconds(1));

      assertThat(lab.link.listenerFailures()).isEmpty();
      assertThat(client.frames)
          .anyMatch(frame ->
              frame.hasReconcileNote()
                  && frame.getReconcileNote().getKind() == ReconcileNote.Kind.REFUSED)
          .anyMatch(Frame::hasBlock);
    }
    assertThat(client.ended).isFalse();
    assertThat(lab.count(DeliveryCounter.RECONCILES_GIVEN_UP)).isZero();
  }

  /** Hears and says, and applies nothing. */
  private static final class Client implements Connection.Listener {
    private final List<Frame> frames = new ArrayList<>();
    private @Nullable Connection connection;
    private boolean ended;

    private Connection.Listener begun(Connection opened, Hello hello) {
      connection = opened;
      send(Frame.newBuilder().setHello(hello).build());
      return this;
    }

    private void send(Frame frame) {
      Connection open = Objects.requireNonNull(connection);
      open.send(frame);
      open.flush();
    }

    @Override
    public void onFrame(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String reason) {
      ended = true;
    }
  }
}
