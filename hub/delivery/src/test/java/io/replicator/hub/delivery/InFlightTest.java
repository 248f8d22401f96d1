package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.QosLevel;
import io.replicator.hub.qos.BlockScheduler;
import io.replicator.hub.qos.QosCaps;
import io.replicator.hub.qos.QosShares;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.wire.FeedRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is lost, and when, by a clock that the test moves (P151, P153, P156, I9). */
final class InFlightTest {
  private static final long MILLI = 1_000_000;

  private final RoundTrip roundTrip = new RoundTrip();
  private final InFlight inFlight =
      new InFlight(roundTrip, new LineShare(), new BlackHole(roundTrip));
  private final DatagramLane lane = lane();
  private long looked;

  private static DatagramLane lane() {
    Lab lab = Lab.plain();
    DatabaseState database = lab.hub.databases().iterator().next();
    DatagramPath path =
        new DatagramPath(
            lab.hub,
            new BlockScheduler(QosShares.DEFAULT, QosCaps.NONE, 0),
            frame -> {},
            Compression.NONE,
            1150,
            1 << 20,
            1024,
            () -> {},
            nanos -> {});
    return new DatagramLane(
        new FeedRequested(
            1,
            database,
            "",
            KeyFilter.of(),
            QosLevel.HIGH,
            FeedRequest.getDefaultInstance().getHolds(),
            false),
        lab.hub.works(),
        path,
        new NoOwner());
  }

  private void send(long atMillis) {
    inFlight.add(lane, new int[] {1}, new long[] {5}, 1000, atMillis * MILLI);
  }

  /** Looks whenever it is asked to until then, as a timer does. */
  private List<Long> lost(long atMillis) {
    List<Long> lost = new ArrayList<>();
    for (long at = inFlight.nextLossNanos(); at >= 0 && at < atMillis * MILLI; ) {
      looked = Math.max(at, looked);
      inFlight.lost(looked).forEach(sent -> lost.add(sent.number));
      at = inFlight.nextLossNanos();
    }
    looked = atMillis * MILLI;
    inFlight.lost(looked).forEach(sent -> lost.add(sent.number));
    return lost;
  }

  /** Looks then, and did not before. */
  private int lostWhenLookingAgain(long atMillis) {
    return inFlight.lost(atMillis * MILLI).size();
  }

  private void knowRoundTripOf100() {
    for (int i = 0; i < 60; i++) {
      roundTrip.sample(100 * MILLI);
    }
  }

  @Test
  void isLostAfterAboutOneAndAQuarterRoundTrips() { // P153
    knowRoundTripOf100();
    send(0);
    assertThat(lost(124)).isEmpty();
    assertThat(inFlight.nextLossNanos()).isEqualTo(125 * MILLI);
    assertThat(lost(125)).containsExactly(1L);
    assertThat(lost(126)).isEmpty();
    assertThat(inFlight.outstandingBytes()).isZero();
  }

  @Test
  void isLostSoonerWhenLaterOnesHaveCome() { // P153
    knowRoundTripOf100();
    for (int i = 0; i < 5; i++) {
      send(5L * i);
    }
    inFlight.received(2, 3, 105 * MILLI);
    assertThat(lost(106)).isEmpty();
    inFlight.received(4, 5, 111 * MILLI);
    assertThat(lost(112)).containsExactly(1L);
  }

  @Test
  void aLateOneCountsAllTheSameAndMakesItMorePatient() {
    knowRoundTripOf100();
    for (int i = 0; i < 20; i++) {
      send(i);
    }
    inFlight.received(2, 20, 120 * MILLI);
    assertThat(lost(121)).containsExactly(1L);
    assertThat(inFlight.applied(1, 1, 122 * MILLI)).hasSize(1);
    assertThat(inFlight.late()).isEqualTo(1);
    for (int i = 0; i < 12; i++) {
      send(200 + i);
    }
    inFlight.received(22, 32, 310 * MILLI);
    assertThat(lost(311)).isEmpty();
  }

  @Test
  void whileLaterOnesDoNotComeEitherItWaitsALittleLonger() {
    knowRoundTripOf100();
    for (int i = 0; i < 4; i++) {
      send(10L * i);
    }
    assertThat(lost(149)).isEmpty();
    assertThat(lost(150)).containsExactly(1L);
    inFlight.received(3, 3, 156 * MILLI);
    assertThat(lost(157)).containsExactly(2L);
  }

  @Test
  void ifWeStoodStillWhatCameMeanwhileIsHeardFirst() {
    knowRoundTripOf100();
    for (int i = 0; i < 10; i++) {
      send(10L * i);
    }
    assertThat(lostWhenLookingAgain(100)).isZero();
    assertThat(lostWhenLookingAgain(300)).isZero();
    inFlight.received(1, 9, 301 * MILLI);
    assertThat(lostWhenLookingAgain(308)).isZero();
    assertThat(inFlight.late()).isZero();
    assertThat(inFlight.unansweredNanos(308 * MILLI)).isLessThan(10 * MILLI);
    assertThat(lost(1000)).containsExactly(10L);
  }

  @Test
  void whoWasTooLateAndCameMakesItWaitLongerForAWhile() {
    knowRoundTripOf100();
    send(0);
    assertThat(lost(130)).containsExactly(1L);
    inFlight.received(1, 1, 140 * MILLI);
    assertThat(inFlight.late()).isEqualTo(1);
    send(1000);
    assertThat(inFlight.nextLossNanos() - 1000 * MILLI)
        .isGreaterThan(roundTrip.lostAfterNanos() + 10 * MILLI);
    for (int i = 0; i < 520; i++) {
      send(1000);
    }
    inFlight.received(2, 522, 1100 * MILLI);
    send(2000);
    assertThat(inFlight.nextLossNanos() - 2000 * MILLI).isEqualTo(roundTrip.lostAfterNanos());
  }

  @Test
  void whatIsReceivedWaitsToBeAppliedAndIsNotLost() { // P151
    knowRoundTripOf100();
    send(0);
    inFlight.received(1, 1, 100 * MILLI);
    assertThat(lost(5000)).isEmpty();
    assertThat(inFlight.outstandingBytes()).isZero();
    assertThat(inFlight.unsettledBytes()).isEqualTo(1000);
    assertThat(inFlight.applied(1, 1, 5000 * MILLI)).hasSize(1);
    assertThat(inFlight.applied(1, 1, 5001 * MILLI)).isEmpty();
    assertThat(inFlight.unsettledBytes()).isZero();
  }

  @Test
  void tellsForHowLongNothingWasHeard() { // P156
    knowRoundTripOf100();
    assertThat(inFlight.unansweredNanos(0)).isZero();
    send(10);
    send(300);
    assertThat(inFlight.unansweredNanos(500 * MILLI)).isEqualTo(490 * MILLI);
    assertThat(lost(500)).hasSize(2);
    assertThat(inFlight.unansweredNanos(600 * MILLI)).isEqualTo(590 * MILLI);
    inFlight.received(2, 2, 610 * MILLI);
    assertThat(inFlight.unansweredNanos(700 * MILLI)).isZero();
  }

  @Test
  void isBoundedAndMakesRoomByForgettingTheLost() { // I9
    knowRoundTripOf100();
    for (int i = 0; i < InFlight.MAX_DATAGRAMS; i++) {
      send(0);
    }
    assertThat(inFlight.isFull()).isTrue();
    assertThat(lost(1000)).hasSize(InFlight.MAX_DATAGRAMS);
    assertThat(inFlight.isFull()).isFalse();
  }

  @Test
  void aLaneThatEndsIsWaitedForNoMore() {
    send(0);
    inFlight.forget(lane);
    assertThat(inFlight.outstandingBytes()).isZero();
    assertThat(inFlight.unsettledBytes()).isZero();
    assertThat(inFlight.nextLossNanos()).isEqualTo(-1);
    assertThat(inFlight.applied(1, 1, MILLI)).isEmpty();
  }

  private static final class NoOwner implements DatagramLane.Owner {
    @Override
    public void want() {}

    @Override
    public long after() {
      return 0;
    }

    @Override
    public boolean mayGoAhead() {
      return true;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return null;
    }

    @Override
    public long passed() {
      return 0;
    }

    @Override
    public void sent(DatagramPacker.Packed packed, int bytes) {}

    @Override
    public void arrived(int entries) {}
  }
}
