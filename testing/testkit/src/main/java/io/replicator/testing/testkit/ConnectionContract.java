package io.replicator.testing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * What every transport promises. A transport's test implements {@link #newLine} and inherits all.
 */
public interface ConnectionContract {
  int MAX_FRAME_BYTES = 64 * 1024;

  /** A hub that listens, and the way to it. Frames are at most {@link #MAX_FRAME_BYTES}. */
  TestLine newLine();

  @Test
  default void framesArriveInOrderAndWholeBothWays() {
    long seed = System.nanoTime();
    List<Frame> frames = randomFrames(seed, 1500);
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onHub(() -> sendAll(pair.hub(), frames));
      line.onClient(() -> sendAll(pair.client(), frames));
      line.until(
          "all frames", () -> pair.atClient().count() == 1500 && pair.atHub().count() == 1500);
      assertThat(pair.atClient().frames()).as("seed %d", seed).isEqualTo(frames);
      assertThat(pair.atHub().frames()).as("seed %d", seed).isEqualTo(frames);
    }
  }

  @Test
  default void countsFramesAndBytes() {
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onHub(() -> sendAll(pair.hub(), List.of(block(1, 1000), block(2, 1000))));
      line.until("both frames", () -> pair.atClient().count() == 2);
      line.onHub(() -> {
        assertThat(pair.hub().stats().sentFrames()).isEqualTo(2);
        assertThat(pair.hub().stats().sentBytes()).isBetween(2000L, 2100L);
      });
      line.onClient(() -> {
        assertThat(pair.client().stats().receivedFrames()).isEqualTo(2);
        assertThat(pair.client().stats().receivedBytes()).isBetween(2000L, 2100L);
      });
    }
  }

  @Test
  default void writabilityEndsAndReturns() {
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      int[] sent = {0};
      line.onHub(() -> {
        while (pair.hub().isWritable() && sent[0] < 100_000) {
          pair.hub().send(block(sent[0]++, 1000));
        }
        pair.hub().flush();
      });
      assertThat(sent[0]).isBetween(1, 99_999);
      line.until("writable again", () -> pair.atHub().writable() == 1);
      line.onHub(() -> assertThat(pair.hub().isWritable()).isTrue());
      line.until("all frames", () -> pair.atClient().count() == sent[0]);
    }
  }

  @Test
  default void closeSendsWhatWasHandedOverAndBothHearTheEndOnce() {
    List<Frame> frames = randomFrames(7, 300);
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onHub(() -> {
        frames.forEach(pair.hub()::send);
        pair.hub().close();
        pair.hub().close();
      });
      line.until("both ends", () -> ended(pair.atHub()) && ended(pair.atClient()));
      assertThat(pair.atClient().frames()).isEqualTo(frames);
      assertThat(pair.atHub().ends()).containsExactly("closed by this side");
      assertThat(pair.atClient().ends()).hasSize(1).first().asString().startsWith("peer closed");
    }
  }

  @Test
  default void lastFrameArrivesThoughThePeerKeepsSending() {
    Frame last = Frame.newBuilder().setError(Error.newBuilder().setCode(1).setText("bye")).build();
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onClient(() -> {
        for (int i = 0; i < 2000; i++) {
          pair.client().send(block(i, 1000));
        }
        pair.client().flush();
      });
      line.until("some frames", () -> pair.atHub().count() > 0);
      line.onHub(() -> {
        pair.hub().send(last);
        pair.hub().close();
      });
      line.until("both ends", () -> ended(pair.atHub()) && ended(pair.atClient()));
      assertThat(pair.atClient().frames()).containsExactly(last);
    }
  }

  @Test
  default void whatIsAbandonedEndsAtBothEndsAtOnce() {
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onHub(() -> {
        for (int i = 0; pair.hub().isWritable(); i++) {
          pair.hub().send(block(i, 1000));
        }
        pair.hub().flush();
      });
      line.onClient(() -> {
        pair.client().abandon();
        pair.client().abandon();
        pair.client().send(block(1, 10));
        pair.client().flush();
        assertThat(pair.client().isWritable()).isFalse();
      });
      line.until("both ends", () -> ended(pair.atHub()) && ended(pair.atClient()));
      assertThat(pair.atClient().ends()).containsExactly("abandoned by this side");
      assertThat(pair.atHub().ends()).hasSize(1);
      assertThat(pair.atHub().count()).isZero();
    }
  }

  @Test
  default void whatIsClosingMayBeAbandoned() {
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onClient(() -> {
        pair.client().close();
        pair.client().abandon();
      });
      line.until("both ends", () -> ended(pair.atHub()) && ended(pair.atClient()));
      assertThat(pair.atClient().ends()).containsExactly("closed by this side");
    }
  }

  @Test
  default void framesAfterCloseAreIgnored() {
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      line.onHub(() -> {
        pair.hub().send(block(1, 10));
        pair.hub().close();
        pair.hub().send(block(2, 10));
        pair.hub().flush();
        assertThat(pair.hub().isWritable()).isFalse();
      });
      line.until("both ends", () -> ended(pair.atHub()) && ended(pair.atClient()));
      line.onHub(() -> {
        pair.hub().send(block(3, 10));
        pair.hub().flush();
        pair.hub().close();
      });
      assertThat(pair.atClient().frames()).containsExactly(block(1, 10));
      assertThat(pair.atHub().ends()).hasSize(1);
    }
  }

  @Test
  default void tooBigFrameIsRefusedAtOnceAndHarmsNothing() {
    try (TestLine line = newLine()) {
      TestLine.Pair pair = line.connect();
      Frame tooBig = block(1, MAX_FRAME_BYTES);
      line.onHub(() -> {
        assertThatThrownBy(() -> pair.hub().send(tooBig))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "a frame of %d bytes, at most %d expected",
                tooBig.getSerializedSize(), MAX_FRAME_BYTES);
        sendAll(pair.hub(), List.of(block(2, MAX_FRAME_BYTES - 100)));
      });
      line.until("the frame after it", () -> pair.atClient().count() == 1);
    }
  }

  @Test
  default void manyConnectionsKeepApart() {
    try (TestLine line = newLine()) {
      List<TestLine.Pair> pairs = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        pairs.add(line.connect());
      }
      for (int i = 0; i < pairs.size(); i++) {
        Connection hub = pairs.get(i).hub();
        int number = i;
        line.onHub(() -> sendAll(hub, List.of(block(number, 500), block(number, 501))));
      }
      for (int i = 0; i < pairs.size(); i++) {
        RecordingListener atClient = pairs.get(i).atClient();
        line.until("frames of connection " + i, () -> atClient.count() == 2);
        assertThat(atClient.frames()).containsExactly(block(i, 500), block(i, 501));
      }
    }
  }

  @Test
  default void listenerThatThrowsEndsOnlyItsOwnConnection() {
    try (TestLine line = newLine()) {
      TestLine.Pair healthy = line.connect();
      TestLine.Pair sick =
          line.connect(
              new RecordingListener() {
                @Override
                public synchronized void onFrame(Frame frame) {
                  throw new IllegalStateException("on purpose");
                }
              });
      line.onHub(() -> sendAll(sick.hub(), List.of(block(1, 10))));
      line.until("both ends", () -> ended(sick.atHub()) && ended(sick.atClient()));
      assertThat(sick.atClient().ends()).hasSize(1).first().asString().contains("on purpose");
      line.onHub(() -> sendAll(healthy.hub(), List.of(block(2, 10))));
      line.until("the other lives", () -> healthy.atClient().count() == 1);
      assertThat(healthy.atClient().ends()).isEmpty();
    }
  }

  @Test
  default void noCallComesFromInsideACallAndAllComeOnTheLoop() {
    try (TestLine line = newLine()) {
      boolean[] inside = {false};
      List<String> wrong = new ArrayList<>();
      TestLine.Pair pair =
          line.connect(
              new RecordingListener() {
                @Override
                public synchronized void onWritable() {
                  super.onWritable();
                  check("onWritable");
                }

                @Override
                public synchronized void onClosed(String reason) {
                  super.onClosed(reason);
                  check("onClosed");
                }

                private void check(String call) {
                  if (inside[0] || !line.clientLoop().inLoop()) {
                    wrong.add(call);
                  }
                }
              });
      line.onClient(() -> {
        inside[0] = true;
        for (int i = 0; pair.client().isWritable(); i++) {
          pair.client().send(block(i, 1000));
        }
        pair.client().flush();
        inside[0] = false;
      });
      line.until("writable", () -> pair.atClient().writable() == 1);
      line.onClient(() -> {
        inside[0] = true;
        pair.client().close();
        inside[0] = false;
      });
      line.until("the end", () -> ended(pair.atClient()));
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  default void connectingToNobodyFailsWithAReason() {
    try (TestLine line = newLine()) {
      line.stopListening();
      CompletableFuture<Connection> result = new CompletableFuture<>();
      line.onClient(() -> {
        var _ =
            line.connector()
                .connect(connection -> new RecordingListener())
                .whenComplete((connection, failure) -> {
                  if (failure != null) {
                    result.completeExceptionally(failure);
                  } else {
                    result.complete(connection);
                  }
                });
      });
      line.until("an answer", result::isDone);
      assertThatThrownBy(result::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(ConnectFailed.class)
          .hasMessageContaining("refused");
    }
  }

  private static boolean ended(RecordingListener listener) {
    return !listener.ends().isEmpty();
  }

  private static void sendAll(Connection connection, List<Frame> frames) {
    frames.forEach(connection::send);
    connection.flush();
  }

  /** A block frame that can be told from others. */
  static Frame block(int number, int bytes) {
    byte[] data = new byte[bytes];
    new SplittableRandom(number).nextBytes(data);
    return Frame.newBuilder()
        .setBlock(Block.newBuilder().setFeed(1).setBatch(number).setData(ByteString.copyFrom(data)))
        .build();
  }

  private static List<Frame> randomFrames(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(block(i, random.nextInt(i % 100 == 0 ? MAX_FRAME_BYTES - 100 : 2000)));
    }
    return frames;
  }
}
