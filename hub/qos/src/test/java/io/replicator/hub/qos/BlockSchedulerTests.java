package io.replicator.hub.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockSchedulerTests {
  private static final int KIB = 1024;

  private final RateCaps caps = new RateCaps(QosCaps.NONE, 0);
  private final BlockScheduler scheduler = new BlockScheduler(QosShares.DEFAULT, caps);
  private long nowNanos;

  /** Sends blocks of one size for ever, or so many. */
  private static final class Blocks implements BlockSource {
    private final String name;
    private int blockBytes;
    private long left;
    private long sent;
    private long asked;

    Blocks(String name, int blockBytes, long left) {
      this.name = name;
      this.blockBytes = blockBytes;
      this.left = left;
    }

    @Override
    public int nextBlockBytes() {
      asked++;
      return left > 0 ? blockBytes : 0;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @Test
  void hasNothingToSendUntilASourceIsReady() {
    Blocks source = add("a", QosLevel.LOW, Lane.LIVE, 0);
    assertThat(scheduler.next(0)).isNull();
    assertThat(scheduler.nanosUntilReady(0)).isEqualTo(Long.MAX_VALUE);
    source.left = 1;
    assertThat(scheduler.next(0)).isNull();
    scheduler.ready(source);
    assertThat(scheduler.nanosUntilReady(0)).isZero();
    assertThat(scheduler.next(0)).isSameAs(source);
  }

  @Test
  void sendsInOrderOfLevelAndLiveBeforeBackfill() {
    List<Blocks> order = new ArrayList<>();
    for (QosLevel level : QosLevel.values()) {
      for (Lane lane : Lane.values()) {
        order.add(add(level + " " + lane, level, lane, 1));
      }
    }
    for (Blocks source : order.reversed()) {
      scheduler.ready(source);
    }
    List<BlockSource> sent = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      sent.add(sendOne());
    }
    assertThat(sent).containsExactlyElementsOf(order);
  }

  @Test
  void givesEveryLowerClassItsShareWhileTheFirstSaturatesTheLink() {
    List<Blocks> all = new ArrayList<>();
    for (QosLevel level : QosLevel.values()) {
      for (Lane lane : Lane.values()) {
        all.add(addReady(level, lane));
      }
    }
    double bytes = send(200_000);
    // 10 % of what its own level sends, 5 % of the rest
    assertThat(all.get(1).sent / bytes).isBetween(0.075, 0.10);
    for (Blocks lower : all.subList(2, all.size())) {
      assertThat(lower.sent / bytes).as(lower.name).isBetween(0.0495, 0.06);
    }
    assertThat(all.getFirst().sent / bytes).isBetween(0.55, 0.70);
  }

  @Test
  void backfillGetsItsShareBesideLiveOfTheSameLevel() {
    addReady(QosLevel.HIGH, Lane.LIVE);
    Blocks backfill = addReady(QosLevel.HIGH, Lane.BACKFILL);
    double bytes = send(20_000);
    assertThat(backfill.sent / bytes).isCloseTo(0.10, within(0.005));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void urgentBlockWaitsForNoMoreThanTheBlockBeingWritten(long seed) {
    Random random = new Random(seed);
    Blocks urgent = add("urgent", QosLevel.REALTIME, Lane.LIVE, 0);
    for (QosLevel level : QosLevel.values()) {
      for (Lane lane : Lane.values()) {
        Blocks other = addReady(level, lane);
        other.blockBytes = 100 + random.nextInt(4000);
        if (level == QosLevel.REALTIME && lane == Lane.LIVE) {
          scheduler.remove(other);
        }
      }
    }
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(10) == 0) {
        urgent.left = 3;
        scheduler.ready(urgent);
      }
      boolean waiting = urgent.left > 0;
      if (sendOne() != urgent && waiting) {
        assertThat(sendOne()).as("seed %s step %s", seed, i).isSameAs(urgent);
      }
    }
  }

  @Test
  void goesAheadOfMoreUrgentOnesByOneBlockAShareAtMost() {
    Blocks urgent = addReady(QosLevel.REALTIME, Lane.LIVE);
    Blocks idle = addReady(QosLevel.IDLE, Lane.LIVE);
    int since = 0;
    for (int i = 0; i < 1000; i++) {
      if (sendOne() == idle) {
        assertThat(since).as("step %s", i).isGreaterThanOrEqualTo(18);
        since = 0;
      } else {
        since++;
      }
    }
    assertThat(urgent.sent).isGreaterThan(idle.sent * 18);
  }

  @Test
  void idleClassIsOwedNothingForTheTimeItHadNothing() {
    addReady(QosLevel.REALTIME, Lane.LIVE);
    Blocks low = add("low", QosLevel.LOW, Lane.LIVE, Long.MAX_VALUE);
    send(1000);
    scheduler.ready(low);
    for (int i = 0; i < 19; i++) {
      assertThat(sendOne()).as("step %s", i).isNotSameAs(low);
    }
  }

  @Test
  void sourcesOfOneClassTakeTurns() {
    List<Blocks> same = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      same.add(addReady(QosLevel.LOW, Lane.LIVE));
    }
    for (int round = 0; round < 3; round++) {
      for (Blocks expected : same) {
        assertThat(sendOne()).isSameAs(expected);
      }
    }
  }

  @Test
  void removedSourceIsNotServedAndNotKnown() {
    Blocks gone = addReady(QosLevel.LOW, Lane.LIVE);
    Blocks stays = addReady(QosLevel.LOW, Lane.LIVE);
    scheduler.remove(gone);
    assertThat(sendOne()).isSameAs(stays);
    assertThatThrownBy(() -> scheduler.ready(gone))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(gone.name);
  }

  @Test
  void idleSourcesCostNothing() {
    List<Blocks> idle = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      idle.add(add("idle " + i, QosLevel.REALTIME, Lane.LIVE, 0));
    }
    addReady(QosLevel.LOW, Lane.LIVE);
    send(1000);
    assertThat(idle.stream().mapToLong(source -> source.asked).sum()).isZero();
  }

  @Test
  void totalCapHoldsAndIsChangedWhileRunning() {
    addReady(QosLevel.REALTIME, Lane.LIVE);
    caps.set(new QosCaps(100_000, Map.of()), nowNanos);
    assertThat(sendFor(10)).isCloseTo(1_000_000L, within(10_000L));
    caps.set(new QosCaps(500_000, Map.of()), nowNanos);
    assertThat(sendFor(10)).isCloseTo(5_000_000L, within(20_000L));
    caps.set(QosCaps.NONE, nowNanos);
    assertThat(scheduler.nanosUntilReady(nowNanos)).isZero();
  }

  @Test
  void levelCapLeavesTheRestToLowerLevels() {
    Blocks capped = addReady(QosLevel.REALTIME, Lane.LIVE);
    Blocks low = addReady(QosLevel.LOW, Lane.LIVE);
    caps.set(new QosCaps(300_000, Map.of(QosLevel.REALTIME, 50_000L)), nowNanos);
    sendFor(10);
    assertThat(capped.sent).isCloseTo(500_000L, within(5_000L));
    assertThat(low.sent).isCloseTo(2_500_000L, within(20_000L));
  }

  @Test
  void aCapHoldsForAllSchedulersOfASubscriberTogether() {
    BlockScheduler datagrams = new BlockScheduler(QosShares.DEFAULT, caps);
    Blocks live = new Blocks("datagrams", KIB, Long.MAX_VALUE);
    datagrams.add(live, QosLevel.LOW, Lane.LIVE);
    datagrams.ready(live);
    Blocks load = addReady(QosLevel.LOW, Lane.BACKFILL);
    caps.set(new QosCaps(0, Map.of(QosLevel.LOW, 100_000L)), nowNanos);
    long end = nowNanos + TimeUnit.SECONDS.toNanos(10);
    while (nowNanos < end) {
      if (datagrams.next(nowNanos) != null) {
        live.sent += KIB;
        datagrams.sent(live, KIB, nowNanos);
      }
      nowNanos += scheduler.nanosUntilReady(nowNanos);
      if (scheduler.next(nowNanos) != null) {
        sendOne();
      }
      nowNanos += datagrams.nanosUntilReady(nowNanos);
    }
    assertThat(live.sent + load.sent).isCloseTo(1_000_000L, within(10_000L));
    assertThat(load.sent).isCloseTo(live.sent, within(20_000L));
  }

  @Test
  void whatWasSentTooMuchIsOwedWhenCapsChange() {
    Blocks source = addReady(QosLevel.LOW, Lane.LIVE);
    source.blockBytes = 100_000;
    caps.set(new QosCaps(10_000, Map.of()), nowNanos);
    sendOne();
    caps.set(new QosCaps(50_000, Map.of()), nowNanos);
    assertThat(caps.nanosUntilOpen(QosLevel.LOW, nowNanos))
        .isCloseTo(TimeUnit.SECONDS.toNanos(2), within(TimeUnit.MILLISECONDS.toNanos(20)));
    caps.set(QosCaps.NONE, nowNanos);
    assertThat(scheduler.next(nowNanos)).isSameAs(source);
  }

  @Test
  void tellsWhenTheCapOpensAgain() {
    Blocks source = addReady(QosLevel.LOW, Lane.LIVE);
    source.blockBytes = 10_000;
    caps.set(new QosCaps(10_000, Map.of()), nowNanos);
    sendOne();
    assertThat(scheduler.next(nowNanos)).isNull();
    long wait = scheduler.nanosUntilReady(nowNanos);
    assertThat(wait).isBetween(TimeUnit.MILLISECONDS.toNanos(900), TimeUnit.SECONDS.toNanos(1));
    assertThat(scheduler.next(nowNanos + wait - 1_000)).isNull();
    assertThat(scheduler.next(nowNanos + wait)).isSameAs(source);
  }

  @Test
  void refusesSharesAndCapsThatCannotBeKept() {
    assertThatThrownBy(() -> new QosShares(0.1, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.5");
    assertThatThrownBy(() -> new QosShares(Double.NaN, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> new QosCaps(-1, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new QosCaps(0, Map.of(QosLevel.LOW, 0L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LOW");
  }

  private Blocks add(String name, QosLevel level, Lane lane, long blocks) {
    Blocks source = new Blocks(name, KIB, blocks);
    scheduler.add(source, level, lane);
    return source;
  }

  private Blocks addReady(QosLevel level, Lane lane) {
    Blocks source = add(level + " " + lane, level, lane, Long.MAX_VALUE);
    scheduler.ready(source);
    return source;
  }

  private BlockSource sendOne() {
    BlockSource next = scheduler.next(nowNanos);
    assertThat(next).isNotNull();
    if (!(next instanceof Blocks blocks)) {
      throw new AssertionError("a source that was not added: " + next);
    }
    blocks.left--;
    blocks.sent += blocks.blockBytes;
    scheduler.sent(blocks, blocks.blockBytes, nowNanos);
    return blocks;
  }

  private double send(int blocks) {
    for (int i = 0; i < blocks; i++) {
      sendOne();
    }
    return (double) blocks * KIB;
  }

  private long sendFor(int seconds) {
    long end = nowNanos + TimeUnit.SECONDS.toNanos(seconds);
    long bytes = 0;
    while (nowNanos < end) {
      long wait = scheduler.nanosUntilReady(nowNanos);
      if (wait == 0) {
        sendOne();
        bytes += KIB;
      } else {
        nowNanos += wait;
      }
    }
    return bytes;
  }
}
