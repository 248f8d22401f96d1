package io.replicator.testing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every transport of datagrams promises. A transport's test implements {@link #newLine}. */
public interface DatagramContract {

  /** A hub that takes datagrams, and the way to it; nothing is lost on purpose. */
  DatagramLine newLine();

  @Test
  default void payloadsArriveWholeBothWays() {
    try (DatagramLine line = newLine()) {
      DatagramLine.Pair pair = line.connect();
      for (int i = 0; i < 60; i++) {
        byte[] payload = payload(i, 1 + i * 19);
        line.onHub(() -> sendOne(pair.hub(), payload));
        line.onClient(() -> sendOne(pair.client(), payload));
        int sent = i + 1;
        line.until(
            "datagram " + sent,
            () -> pair.atClient().count() == sent && pair.atHub().count() == sent);
      }
      for (int i = 0; i < 60; i++) {
        assertThat(pair.atClient().payloads().get(i)).isEqualTo(payload(i, 1 + i * 19));
        assertThat(pair.atHub().payloads().get(i)).isEqualTo(payload(i, 1 + i * 19));
      }
    }
  }

  @Test
  default void theLargestFitsAndALargerOneIsRefusedAtOnce() {
    try (DatagramLine line = newLine()) {
      DatagramLine.Pair pair = line.connect();
      line.onHub(() -> {
        int most = pair.hub().maxBytes();
        assertThat(most).isBetween(512, 1500);
        assertThatThrownBy(() -> pair.hub().send(new byte[most + 1]))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("a datagram of %d bytes, at most %d expected", most + 1, most);
        sendOne(pair.hub(), payload(1, most));
      });
      line.until("the largest", () -> pair.atClient().count() == 1);
    }
  }

  @Test
  default void tellsItsWindowRoundTripAndCounts() {
    try (DatagramLine line = newLine()) {
      DatagramLine.Pair pair = line.connect();
      line.onHub(() -> sendOne(pair.hub(), payload(1, 1000)));
      line.until("it", () -> pair.atClient().count() == 1);
      line.onHub(() -> {
        Datagrams.Stats stats = pair.hub().stats();
        assertThat(stats.sent()).isEqualTo(1);
        assertThat(stats.windowBytes()).isGreaterThan(2000);
      });
      line.onClient(() -> {
        assertThat(pair.client().stats().received()).isEqualTo(1);
        assertThat(pair.client().stats().refused()).isZero();
      });
    }
  }

  @Test
  default void bothHearTheEndOnceAndNothingIsSentAfterIt() {
    try (DatagramLine line = newLine()) {
      DatagramLine.Pair pair = line.connect();
      line.onHub(() -> {
        pair.hub().close();
        pair.hub().close();
        sendOne(pair.hub(), payload(1, 10));
      });
      line.until(
          "both ends", () -> !pair.atHub().ends().isEmpty() && !pair.atClient().ends().isEmpty());
      line.onClient(() -> sendOne(pair.client(), payload(1, 10)));
      assertThat(pair.atHub().ends()).containsExactly("closed by this side");
      assertThat(pair.atClient().ends()).hasSize(1);
      assertThat(pair.atClient().payloads()).isEmpty();
    }
  }

  @Test
  default void manyKeepApart() {
    try (DatagramLine line = newLine()) {
      List<DatagramLine.Pair> pairs = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        pairs.add(line.connect());
      }
      for (int i = 0; i < pairs.size(); i++) {
        DatagramLine.Pair pair = pairs.get(i);
        byte[] payload = payload(i, 300);
        line.onHub(() -> sendOne(pair.hub(), payload));
        line.until("datagram of " + i, () -> pair.atClient().count() == 1);
        assertThat(pair.atClient().payloads().getFirst()).isEqualTo(payload);
      }
    }
  }

  @Test
  default void listenerThatThrowsEndsOnlyItsOwnDatagrams() {
    try (DatagramLine line = newLine()) {
      DatagramLine.Pair healthy = line.connect();
      DatagramLine.Pair sick =
          line.connect(
              line.port(),
              new RecordingDatagrams() {
                @Override
                public synchronized void onDatagram(byte[] payload) {
                  throw new IllegalStateException("on purpose");
                }
              });
      line.onHub(() -> sendOne(sick.hub(), payload(1, 10)));
      line.until(
          "both ends", () -> !sick.atHub().ends().isEmpty() && !sick.atClient().ends().isEmpty());
      assertThat(sick.atClient().ends()).hasSize(1).first().asString().contains("on purpose");
      line.onHub(() -> sendOne(healthy.hub(), payload(2, 10)));
      line.until("the other lives", () -> healthy.atClient().count() == 1);
    }
  }

  @Test
  default void aHubWithAnotherFingerprintIsNotBelieved() {
    try (DatagramLine line = newLine()) {
      byte[] other = line.port().fingerprint().clone();
      other[7] ^= 1;
      DatagramPort wrong = new DatagramPort(line.port().port(), other);
      assertThatThrownBy(() -> line.connect(wrong, new RecordingDatagrams()))
          .isInstanceOf(ConnectFailed.class);
    }
  }

  @Test
  default void connectingToNobodyFailsWithAReason() {
    try (DatagramLine line = newLine()) {
      DatagramPort port = line.port();
      line.stopListening();
      assertThatThrownBy(() -> line.connect(port, new RecordingDatagrams()))
          .isInstanceOf(ConnectFailed.class)
          .message()
          .isNotBlank();
    }
  }

  private static void sendOne(Datagrams datagrams, byte[] payload) {
    datagrams.send(Arrays.copyOf(payload, payload.length));
    datagrams.flush();
  }

  /** One that can be told from others. */
  static byte[] payload(int number, int bytes) {
    byte[] payload = new byte[bytes];
    new SplittableRandom(number).nextBytes(payload);
    return payload;
  }
}
