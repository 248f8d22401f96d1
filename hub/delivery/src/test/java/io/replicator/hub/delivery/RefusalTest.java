package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.replicator.api.Key;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.KeyQuery;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a subscriber is not given: I9, I10. */
final class RefusalTest {

  @Test
  void patternsNarrowAFeedAndItsQueries() { // I10
    Lab lab = Lab.plain();
    lab.source.quietly("a:1", new byte[] {1});
    lab.source.quietly("b:1", new byte[] {1});
    lab.source.scan();
    TestClient client = new TestClient(new TestClient.Store());
    FeedRequest.Builder feed = FeedRequest.newBuilder().setFeed(7).addIncludes("a:*");
    lab.connect(client, TestClient.hello(feed).build());
    lab.loop.runUntil(Lab.LONG, "loaded", () -> client.store.snapshotsEnded == 1);
    assertThat(client.store.values).containsOnlyKeys(Key.of("a:1"));
    client.send(
        Frame.newBuilder()
            .setKeyQuery(
                KeyQuery.newBuilder()
                    .setFeed(7)
                    .setQuery(3)
                    .addKeys(ByteString.copyFromUtf8("a:1"))
                    .addKeys(ByteString.copyFromUtf8("b:1"))
                    .addKeys(ByteString.copyFromUtf8("a:2")))
            .build());
    lab.loop.runUntil(Lab.LONG, "answer", () -> !client.answers.isEmpty());
    assertThat(client.answers.getFirst().getPresent().byteAt(0)).isEqualTo((byte) 1);
  }

  @Test
  void hostileFramesEndTheirConnectionWithAReason() { // I9
    Lab lab = Lab.plain();
    lab.source.scan();
    TestClient.Store store = new TestClient.Store();
    assertThat(errorOf(lab, TestClient.hello(store).setProtocol(9).build()))
        .isEqualTo(WireError.PROTOCOL_VERSION);
    assertThat(errorOf(lab, TestClient.hello(store).setWindowBytes(1).build()))
        .isEqualTo(WireError.BAD_REQUEST);
    assertThat(errorOf(lab, TestClient.hello(store).clearCodecs().build()))
        .isEqualTo(WireError.NO_COMMON_CODEC);
    assertThat(errorOf(lab, TestClient.hello(store).clearFeeds().build()))
        .isEqualTo(WireError.BAD_REQUEST);
    FeedRequest.Builder other = FeedRequest.newBuilder().setFeed(1).setDatabase(4);
    assertThat(errorOf(lab, TestClient.hello(other).build())).isEqualTo(WireError.UNKNOWN_DATABASE);
    FeedRequest.Builder unknown = FeedRequest.newBuilder().setFeed(1).setCollection("nope");
    assertThat(errorOf(lab, TestClient.hello(unknown).build()))
        .isEqualTo(WireError.UNKNOWN_COLLECTION);
  }

  private static WireError errorOf(Lab lab, Hello hello) {
    TestClient client = lab.connect(new TestClient(new TestClient.Store()), hello);
    lab.loop.runUntil(Lab.LONG, "refused", () -> client.error != null);
    return WireError.ofCode(client.refusal()).orElseThrow();
  }

  @Test
  void anAckOfWhatWasNotSentEndsTheConnection() { // I9
    Lab lab = Lab.plain();
    lab.fill(10, 10);
    lab.source.scan();
    TestClient client = lab.connect(new TestClient.Store());
    lab.untilEqual(client.store);
    client.send(Frame.newBuilder().setAck(Ack.newBuilder().setReceivedBytes(1L << 40)).build());
    lab.loop.runUntil(Lab.LONG, "refused", () -> client.error != null);
    assertThat(client.refusal()).isEqualTo(WireError.BAD_ACK.code());
  }

  @Test
  void whoSaysNothingIsShownOut() { // I9
    Lab lab = Lab.plain();
    TestClient client = new TestClient(new TestClient.Store());
    lab.link.connect(connection -> {
      client.connection = connection;
      return client;
    });
    lab.loop.advance(Duration.ofSeconds(11));
    assertThat(client.refusal()).isEqualTo(WireError.HANDSHAKE_TIMEOUT.code());
  }
}
