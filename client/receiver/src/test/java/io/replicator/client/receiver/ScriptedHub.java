package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A hub that sends what the test says, and remembers what it hears on the newest connection. */
final class ScriptedHub implements Connection.Acceptor {
  static final long EPOCH = 7;
  static final int BLOCK_BYTES = 64;

  /** How many keys a Welcome says are to come. */
  static final long KEYS = 7;

  private final List<Frame> heard = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();
  private UnaryOperator<Welcome.Builder> welcome = UnaryOperator.identity();
  private boolean answersHello = true;
  private Connection connection = new NoConnection();
  private long lastBatch;

  /** Changes every Welcome to come. */
  void welcomes(UnaryOperator<Welcome.Builder> change) {
    welcome = change;
  }

  void staysSilent() {
    answersHello = false;
  }

  @Override
  public Connection.Listener accept(Connection accepted) {
    connection = accepted;
    heard.clear();
    lastBatch = 0;
    return new Connection.Listener() {
      @Override
      public void onFrame(Frame frame) {
        heard.add(frame);
        if (frame.hasHello() && answersHello) {
          send(Frame.newBuilder().setWelcome(answer(frame.getHello())).build());
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

  private Welcome answer(Hello hello) {
    Welcome.Builder answer =
        Welcome.newBuilder()
            .setProtocol(1)
            .setHubId("scripted")
            .setCodec(Codec.CODEC_ZSTD)
            .setBlockBytes(BLOCK_BYTES)
            .setKeepaliveMillis(10_000);
    for (FeedRequest request : hello.getFeedsList()) {
      boolean resumed =
          request.getCursorsList().stream().allMatch(cursor -> cursor.hasLive())
              && request.getCursorsCount() > 0;
      answer.addFeeds(
          FeedGrant.newBuilder()
              .setFeed(request.getFeed())
              .setEpoch(EPOCH)
              .setKeys(KEYS)
              .setResume(resumed ? FeedGrant.Resume.RESUMED : FeedGrant.Resume.SNAPSHOT));
    }
    return welcome.apply(answer).build();
  }

  void send(Frame frame) {
    connection.send(frame);
    connection.flush();
  }

  /** Blocks of a batch, not sent yet, uncompressed so that there are several. */
  List<Frame> blocks(int feed, Batch batch) {
    return blocks(feed, batch, 0);
  }

  private List<Frame> blocks(int feed, Batch batch, long loadKeys) {
    lastBatch++;
    Chunker chunker =
        new Chunker(
            EncodedBatch.of(batch, Compression.NONE, 0).opensLoadOf(loadKeys),
            feed,
            batch.lane(),
            lastBatch,
            BLOCK_BYTES);
    List<Frame> frames = new ArrayList<>();
    while (chunker.hasNext()) {
      frames.add(Frame.newBuilder().setBlock(chunker.next()).build());
    }
    return frames;
  }

  void send(int feed, Batch batch) {
    blocks(feed, batch).forEach(this::send);
  }

  /** A batch that tells how many keys the load has that it opens. */
  void sendOpening(int feed, Batch batch, long loadKeys) {
    blocks(feed, batch, loadKeys).forEach(this::send);
  }

  void close() {
    connection.close();
  }

  /** Frames of the newest connection. */
  List<Frame> heard() {
    return List.copyOf(heard);
  }

  Hello hello() {
    return heard.getFirst().getHello();
  }

  List<Ack> acks() {
    return heard.stream().filter(Frame::hasAck).map(Frame::getAck).toList();
  }

  List<Long> acknowledged() {
    return acks().stream().flatMap(ack -> ack.getBatchesList().stream()).toList();
  }

  List<Frame> errors() {
    return heard.stream().filter(Frame::hasError).toList();
  }

  List<String> ends() {
    return List.copyOf(ends);
  }

  /** Before the first connection. */
  private static final class NoConnection implements Connection {
    @Override
    public void send(Frame frame) {
      throw new IllegalStateException("nobody has connected");
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return false;
    }

    @Override
    public void close() {}

    @Override
    public void abandon() {}

    @Override
    public Peer peer() {
      throw new IllegalStateException("nobody has connected");
    }

    @Override
    public Stats stats() {
      throw new IllegalStateException("nobody has connected");
    }
  }
}
