package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.link.wire.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Invariants I3 and I4 against a model of a hub: keys change while a snapshot loads, blocks of the
 * lanes overtake each other at will, sinks are slow, the line is cut at any moment.
 */
class LanesTest {
  private static final int SEEDS = 300;
  private static final int KEYS = 24;
  private static final int STEPS = 400;

  /**
   * Backfill is built ahead, so that a batch read early may stand behind one that is being sent.
   */
  private static final int PREFETCHED_BLOCKS = 12;

  @Test
  void neverGoesBackAndConvergesInWhateverOrderTheLanesArrive() {
    long dropped = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      dropped += new Run(seed, 0).go();
    }
    assertThat(dropped).as("overtaken entries: else nothing was proved").isGreaterThan(SEEDS);
  }

  @Test
  void resumesAfterACutAtAnyMomentWithoutLosingOrGoingBack() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      new Run(seed, 0.02).go();
    }
  }

  /** One run of hub model and client. */
  private static final class Run {
    private final long seed;
    private final double cutChance;
    private final RandomGenerator random;
    private final Rig rig;
    private final RecordingSink sink = new RecordingSink("one").byHand();

    /** The source: version of each key; all are there from the start. */
    private final Map<Key, Long> source = new TreeMap<>();

    private final List<Key> slots = new ArrayList<>();
    private long version;

    /** Where the hub stands with this client. */
    private long liveAfter;

    private long backfillUntil;
    private int backfillSlot;
    private boolean barrier;
    private final ArrayDeque<Frame> live = new ArrayDeque<>();
    private final ArrayDeque<Frame> backfill = new ArrayDeque<>();
    private long dropped;

    Run(long seed, double cutChance) {
      this.seed = seed;
      this.cutChance = cutChance;
      random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      rig = new Rig(seed);
      for (int i = 0; i < KEYS; i++) {
        Key key = Key.of("key" + i);
        slots.add(key);
        source.put(key, ++version);
      }
    }

    long go() {
      connect();
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      for (int i = 0; !isDone(); i++) {
        assertThat(i).as("seed %d: still not done", seed).isLessThan(10_000);
        work();
      }
      assertThat(sink.faults).as("seed %d", seed).isEmpty();
      assertThat(sink.versions).as("seed %d", seed).isEqualTo(source);
      return dropped + rig.progress().droppedKeys();
    }

    private boolean isDone() {
      return live.isEmpty()
          && backfill.isEmpty()
          && sink.waiting.isEmpty()
          && liveAfter == version
          && backfillSlot == KEYS
          && rig.progress().waitingBatches() == 0;
    }

    private void step() {
      if (random.nextDouble() < cutChance) {
        cut();
      }
      if (random.nextInt(3) == 0) {
        source.put(changing(), ++version);
      }
      work();
    }

    /** Mostly one that the backfill has just read and that may still be on its way. */
    private Key changing() {
      int justRead = Math.max(0, backfillSlot - 1 - random.nextInt(4));
      return slots.get(random.nextInt(4) == 0 ? random.nextInt(KEYS) : justRead);
    }

    private void work() {
      switch (random.nextInt(5)) {
        case 0 -> buildLive();
        case 1 -> buildBackfill();
        case 2 -> sendFrom(live, 8);
        case 3 -> sendFrom(backfill, 2);
        default -> {
          if (!sink.waiting.isEmpty()) {
            sink.completeNext();
          }
        }
      }
      rig.loop.runReady();
    }

    private void cut() {
      rig.link.cut();
      rig.loop.runReady();
      while (!sink.waiting.isEmpty()) {
        sink.completeNext();
        rig.loop.runReady();
      }
      assertThat(rig.ends).as("seed %d", seed).isNotEmpty();
      dropped += rig.progress().droppedKeys();
      connect();
    }

    private void connect() {
      rig.ends.clear();
      live.clear();
      backfill.clear();
      rig.connect(sink);
      Cursor cursor = sink.cursor();
      if (cursor.live() == null || cursor.backfill() == null) {
        liveAfter = version;
        backfillUntil = version;
        backfillSlot = 0;
        barrier = true;
        backfill.addAll(rig.hub.blocks(0, batch(Lane.BACKFILL, List.of(), both(), true, false)));
      } else {
        liveAfter = ByteBuffer.wrap(cursor.live()).getLong();
        boolean left = cursor.backfill().length > 0;
        backfillUntil = left ? ByteBuffer.wrap(cursor.backfill()).getLong() : 0;
        backfillSlot = left ? ByteBuffer.wrap(cursor.backfill()).getInt(8) : KEYS;
      }
    }

    private void buildLive() {
      if (!live.isEmpty() || barrier) {
        return;
      }
      List<Change> changes = new ArrayList<>();
      source.forEach((key, changed) -> {
        if (changed > liveAfter) {
          changes.add(Rig.put(key.toString(), changed));
        }
      });
      if (!changes.isEmpty()) {
        liveAfter = version;
        live.addAll(
            rig.hub.blocks(
                0, batch(Lane.LIVE, changes, new Cursor(livePart(), null), false, false)));
      }
    }

    private void buildBackfill() {
      if (backfill.size() > PREFETCHED_BLOCKS || backfillSlot == KEYS) {
        return;
      }
      List<Change> changes = new ArrayList<>();
      int until = Math.min(KEYS, backfillSlot + 1 + random.nextInt(6));
      for (; backfillSlot < until; backfillSlot++) {
        Key key = slots.get(backfillSlot);
        long changed = source.getOrDefault(key, 0L);
        if (changed <= backfillUntil) {
          changes.add(Rig.put(key.toString(), changed));
        }
      }
      Cursor cursor = new Cursor(null, backfillPart());
      boolean end = backfillSlot == KEYS;
      backfill.addAll(rig.hub.blocks(0, batch(Lane.BACKFILL, changes, cursor, false, end)));
    }

    private void sendFrom(ArrayDeque<Frame> lane, int most) {
      int blocks = 1 + random.nextInt(most);
      for (int i = 0; i < blocks && !lane.isEmpty(); i++) {
        rig.hub.send(lane.removeFirst());
      }
      if (backfill.isEmpty()) {
        barrier = false;
      }
    }

    private Batch batch(
        Lane lane, List<Change> changes, Cursor cursor, boolean begin, boolean end) {
      return new Batch(
          Rig.FEED, lane, ScriptedHub.EPOCH, version, changes, cursor, begin, end, null);
    }

    private Cursor both() {
      return new Cursor(livePart(), backfillPart());
    }

    private byte[] livePart() {
      return ByteBuffer.allocate(8).putLong(liveAfter).array();
    }

    private byte[] backfillPart() {
      return backfillSlot == KEYS
          ? new byte[0]
          : ByteBuffer.allocate(12).putLong(backfillUntil).putInt(backfillSlot).array();
    }
  }
}
