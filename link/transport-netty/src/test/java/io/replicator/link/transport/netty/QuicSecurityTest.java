package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.transport.DatagramPort;
import io.replicator.testing.testkit.DatagramLine;
import io.replicator.testing.testkit.RecordingDatagrams;
import io.replicator.testing.testkit.UdpRelay;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers can do at the UDP port, and what an address that changes costs (P142, P143). */
class QuicSecurityTest {
  private static final long SEED = 20261126;
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final int SILENCE_MILLIS = 1500;
  private static final int FIRST_ANSWER_MILLIS = 60_000;

  private final QuicLine line = new QuicLine(true);
  private final UdpRelay relay =
      new UdpRelay(SEED, new InetSocketAddress(HERE, 0), line.server().address());

  @AfterEach
  void stop() {
    relay.close();
    line.close();
  }

  private DatagramLine.Pair connectThroughRelay() {
    DatagramPort port = new DatagramPort(relay.port(), line.port().fingerprint());
    return line.connect(port, new RecordingDatagrams());
  }

  /** At least so many: tests wait for what comes on top of what is counted already. */
  private long refused() {
    AtomicLong refused = new AtomicLong();
    line.onHub(() -> refused.set(line.server().refused()));
    return refused.get();
  }

  private void sendToHub(DatagramLine.Pair pair, byte[] payload) {
    line.onClient(() -> {
      pair.client().send(payload);
      pair.client().flush();
    });
  }

  private void sendToClient(DatagramLine.Pair pair, byte[] payload) {
    line.onHub(() -> {
      pair.hub().send(payload);
      pair.hub().flush();
    });
  }

  private static void throwAt(InetSocketAddress server, DatagramSocket from, byte[] packet)
      throws IOException {
    from.send(new DatagramPacket(packet, packet.length, server));
  }

  @Test
  void whatIsForgedReachesNobodyAndIsCounted() throws IOException {
    DatagramLine.Pair pair = connectThroughRelay();
    long before = refused();
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] known = relay.firstFromClients().getLast();
    try (DatagramSocket stranger = new DatagramSocket(0, HERE)) {
      for (int i = 0; i < 60; i++) {
        // the head of a real packet, so that it is looked at; all else is made up
        byte[] forged = new byte[100 + random.nextInt(1100)];
        random.nextBytes(forged);
        System.arraycopy(known, 0, forged, 0, Math.min(21, known.length));
        throwAt(line.server().address(), stranger, forged);
      }
      line.until("they are counted", () -> refused() >= before + 50);
    }
    sendToHub(pair, new byte[] {7});
    line.until("the real one comes", () -> pair.atHub().count() == 1);
    assertThat(pair.atHub().ends()).isEmpty();
  }

  @Test
  void whatIsReplayedReachesNobodyAndIsCounted() throws IOException {
    DatagramLine.Pair pair = connectThroughRelay();
    for (int i = 0; i < 10; i++) {
      sendToHub(pair, new byte[] {(byte) i});
      int sent = i + 1;
      line.until("it comes", () -> pair.atHub().count() == sent);
    }
    long counted = refused();
    String before = pair.hub().address();
    List<byte[]> all = relay.firstFromClients();
    try (DatagramSocket stranger = new DatagramSocket(0, HERE)) {
      for (int times = 0; times < 3; times++) {
        for (byte[] packet : all.subList(all.size() - 8, all.size())) {
          throwAt(line.server().address(), stranger, packet);
        }
      }
      line.until("they are counted", () -> refused() >= counted + 16);
    }
    sendToHub(pair, new byte[] {99});
    line.until("the next comes", () -> pair.atHub().count() == 11);
    assertThat(pair.atHub().payloads().getLast()).containsExactly(99);
    assertThat(pair.hub().address()).as("no stranger moves it").isEqualTo(before);
  }

  @Test
  void whatIsRepeatedOfAHandshakeIsNotCounted() {
    DatagramLine.Pair pair = connectThroughRelay();
    sendToHub(pair, new byte[] {1});
    line.until("it comes", () -> pair.atHub().count() == 1);
    List<byte[]> handshake =
        relay.firstFromClients().stream().filter(packet -> (packet[0] & 0x80) != 0).toList();
    assertThat(handshake).hasSizeGreaterThanOrEqualTo(2);
    relay.sendAgain(handshake);
    sendToHub(pair, new byte[] {2});
    line.until("the next comes", () -> pair.atHub().count() == 2);
    assertThat(refused()).isZero();
  }

  @Test
  void anAddressThatDidNotProveToBeThereGetsOneRetryForAPacketAndNoMore() throws IOException {
    connectThroughRelay();
    byte[] first = relay.firstFromClients().getFirst();
    assertThat(first.length).as("RFC 9000, 14.1").isGreaterThanOrEqualTo(1200);
    try (DatagramSocket stranger = new DatagramSocket(0, HERE)) {
      stranger.setSoTimeout(FIRST_ANSWER_MILLIS);
      int packets = 20;
      for (int i = 0; i < packets; i++) {
        throwAt(line.server().address(), stranger, first);
      }
      List<byte[]> answers = untilSilent(stranger);
      assertThat(answers).hasSizeBetween(1, packets);
      // long header, type 3: a Retry (RFC 9000, 17.2.5)
      assertThat(answers).allSatisfy(answer -> assertThat(answer[0] & 0xf0).isEqualTo(0xf0));
      int bytes = answers.stream().mapToInt(answer -> answer.length).sum();
      assertThat(bytes).isLessThan(packets * first.length / 4);
    }
  }

  private static List<byte[]> untilSilent(DatagramSocket socket) throws IOException {
    List<byte[]> answers = new ArrayList<>();
    while (true) {
      DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
      try {
        socket.receive(packet);
        answers.add(Arrays.copyOf(packet.getData(), packet.getLength()));
        socket.setSoTimeout(SILENCE_MILLIS);
      } catch (SocketTimeoutException e) {
        return answers;
      }
    }
  }

  @Test
  void aClientWhoseAddressChangesGoesOn() {
    DatagramLine.Pair pair = connectThroughRelay();
    sendToHub(pair, new byte[] {1});
    line.until("it comes", () -> pair.atHub().count() == 1);
    String before = pair.hub().address();
    relay.rebind();
    line.until(
        "it comes from the other address",
        () -> {
          sendToHub(pair, new byte[] {2});
          return pair.atHub().count() > 1;
        });
    line.until(
        "the hub sends there",
        () -> {
          sendToClient(pair, new byte[] {3});
          return pair.atClient().count() > 0;
        });
    line.onHub(() -> assertThat(pair.hub().address()).isNotEqualTo(before));
    assertThat(pair.atHub().ends()).isEmpty();
    assertThat(pair.atClient().ends()).isEmpty();
  }
}
