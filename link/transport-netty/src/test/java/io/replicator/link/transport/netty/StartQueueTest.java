package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/**
 * A sender that trebles its rate each round trip until no more arrives, as bbr does, and then keeps
 * to twice what the link holds; a link with a delay and an endless queue.
 */
class StartQueueTest {
  private static final long MILLI = 1_000_000;
  private static final double GAIN = 2.89;
  private static final double PACKET = 1500;

  /** A packet on its way: its acknowledgement comes then. */
  private record Sent(long sentNanos, long ackedNanos, double deliveredThen) {}

  private final PacingCap cap = new PacingCap();
  private final ArrayDeque<Sent> flight = new ArrayDeque<>();
  private double rate;
  private long rttNanos;
  private boolean capped = true;
  private double busyNanos; // when the narrowest place is free
  private double bandwidth;
  private double acked;
  private double srtt;
  private double credit = 10 * PACKET;
  private long lastStallNanos = -1;
  private long now;
  private long lateNanos;
  private double ackedInTime;

  /** How long packets that are sent in this time wait for more than half a round trip. */
  private long lateOf(double seconds) {
    bandwidth = 10 * PACKET * 1e9 / rttNanos;
    srtt = rttNanos;
    for (; now < (long) (seconds * 1e9); now += MILLI) {
      acknowledge();
      send();
      if (busyNanos - now > rttNanos / 2.0) {
        lateNanos += MILLI;
      }
      if (capped) {
        cap.sample(info(), now + 1);
      }
    }
    ackedInTime = acked;
    return lateNanos;
  }

  private void acknowledge() {
    boolean stalled = lastStallNanos >= 0 && now - lastStallNanos < 30 * MILLI;
    while (!stalled && !flight.isEmpty() && flight.getFirst().ackedNanos <= now) {
      Sent first = flight.removeFirst();
      acked += PACKET;
      srtt += (now - first.sentNanos - srtt) / 8;
      bandwidth =
          Math.max(
              bandwidth, (acked - first.deliveredThen) * 1e9 / Math.max(1, now - first.sentNanos));
    }
  }

  private void send() {
    double pacing = GAIN * Math.min(bandwidth, rate);
    double most = (double) cap.bytesPerSecond();
    double allowed = most == 0 ? pacing : Math.min(pacing, most);
    credit = Math.min(credit + allowed * MILLI / 1e9, 10 * PACKET);
    double window = GAIN * bandwidth * rttNanos / 1e9;
    while (credit >= PACKET && flight.size() * PACKET < window) {
      credit -= PACKET;
      busyNanos = Math.max(busyNanos, (double) now) + PACKET / rate * 1e9;
      flight.add(new Sent(now, (long) busyNanos + rttNanos, acked));
    }
  }

  private TcpInfo info() {
    return new TcpInfo(
        4096,
        (long) bandwidth,
        (long) (GAIN * bandwidth),
        false,
        (long) srtt,
        0,
        rttNanos,
        (long) acked,
        0,
        (long) (flight.size() * PACKET),
        (long) acked);
  }

  private StartQueueTest link(double bytesPerSecond, long milliseconds) {
    rate = bytesPerSecond;
    rttNanos = milliseconds * MILLI;
    return this;
  }

  private StartQueueTest withoutCap() {
    capped = false;
    return this;
  }

  @Test
  void theQueueOfAStartIsGoneSoon() {
    assertThat(new StartQueueTest().link(1_250_000, 100).withoutCap().lateOf(3))
        .isGreaterThan(2_000 * MILLI);
    assertThat(link(1_250_000, 100).lateOf(3)).isLessThan(450 * MILLI);
    assertThat(ackedInTime).isGreaterThan(0.8 * 3 * 1_250_000);
  }

  @Test
  void aLinkOfTwoMegabitIsFilledAllTheTime() {
    assertThat(link(250_000, 100).lateOf(5)).isLessThan(700 * MILLI);
    assertThat(ackedInTime).isGreaterThan(0.85 * 5 * 250_000);
  }

  @Test
  void aSlowLinkToo() {
    assertThat(link(32_000, 600).lateOf(20)).isLessThan(3_000 * MILLI);
    assertThat(ackedInTime).isGreaterThan(0.8 * 20 * 32_000);
  }

  @Test
  void aFastLinkIsFilled() {
    link(12_500_000, 40).lateOf(3);
    assertThat(ackedInTime).isGreaterThan(0.8 * 3 * 12_500_000);
  }

  @Test
  void whereAcknowledgementsComeLateOnceTheStartGoesOn() {
    lastStallNanos = 90 * MILLI; // the link is far from full then
    link(12_500_000, 40).lateOf(3);
    assertThat(ackedInTime).isGreaterThan(0.75 * 3 * 12_500_000);
  }
}
