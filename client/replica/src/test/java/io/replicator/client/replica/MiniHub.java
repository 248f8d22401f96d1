package io.replicator.client.replica;

import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Pong;
import io.replicator.link.wire.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A hub that welcomes everybody, or nobody, and has nothing new. */
final class MiniHub implements Connection.Acceptor {
  final List<Hello> hellos = new ArrayList<>();
  final List<String> ends = new ArrayList<>();
  int keepAliveMillis = 600_000;
  private Optional<Frame> refusal = Optional.empty();

  void refusesWith(WireError error, String text) {
    refusal = Optional.of(error.frame(text));
  }

  void welcomesAgain() {
    refusal = Optional.empty();
  }

  @Override
  public Connection.Listener accept(Connection connection) {
    return new Connection.Listener() {
      @Override
      public void onFrame(Frame frame) {
        if (frame.hasHello()) {
          hellos.add(frame.getHello());
          connection.send(refusal.orElseGet(() -> welcome(frame.getHello())));
          connection.flush();
        } else if (frame.hasPing()) {
          Pong pong = Pong.newBuilder().setNonce(frame.getPing().getNonce()).build();
          connection.send(Frame.newBuilder().setPong(pong).build());
          connection.flush();
        }
      }

      @Override
      public void onWritable() {}

      @Override
      public void onClosed(String reason) {
        ends.add(reason);
      }
    };
  }

  private Frame welcome(Hello hello) {
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setProtocol(1)
            .setHubId("mini")
            .setCodec(Codec.CODEC_ZSTD)
            .setKeepaliveMillis(keepAliveMillis);
    for (FeedRequest feed : hello.getFeedsList()) {
      welcome.addFeeds(
          FeedGrant.newBuilder().setFeed(feed.getFeed()).setResume(FeedGrant.Resume.RESUMED));
    }
    return Frame.newBuilder().setWelcome(welcome).build();
  }
}
