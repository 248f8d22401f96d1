package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A client's way through large sets, from nothing to everything that differs: symbols are asked for
 * as {@link Costs} says until they decode, or something else is chosen.
 *
 * <p>A million keys in the normal build; ten with {@code -Dreplicator.items=10000000}, which needs
 * {@code -DargLine=-Xmx3g}.
 */
class LargeSetsTest {
  private static final long SEED = Long.getLong("replicator.seed", 20261126L);
  private static final int ITEMS = Integer.getInteger("replicator.items", 1_000_000);

  @Test
  void whatDiffersIsFoundForBytesInProportionToIt() {
    Random random = new Random(SEED);
    for (int changed : new int[] {0, 1, ITEMS / 1000, ITEMS / 100, ITEMS / 10}) {
      Sets sets = Sets.random(random, ITEMS - changed, changed, changed / 50, changed / 100);
      Run run = run(sets);
      int all = sets.differences.size();
      String what = "seed " + SEED + ": " + run;
      System.out.printf(Locale.ROOT, "%,d keys, %,d differ: %s%n", ITEMS, all, run);
      assertThat(run.way).as(what).isEqualTo(Costs.Way.SYMBOLS);
      assertThat(Sets.found(run.decoder).equals(sets.differences)).as(what).isTrue();
      if (all >= 1000) {
        assertThat(run.bytes / (double) all).as(what).isBetween(18.0, 30.0);
      } else {
        assertThat(run.bytes).as(what).isLessThan(6000);
      }
    }
  }

  @Test
  void fromAboutHalfOnAListIsShorterAndInTheEndASnapshot() {
    Random random = new Random(SEED + 1);
    assertThat(run(Sets.random(random, ITEMS / 3, 2 * (ITEMS / 3), 0, 0)).way)
        .isEqualTo(Costs.Way.LISTING);
    assertThat(run(Sets.random(random, 0, ITEMS, 0, 0)).way).isEqualTo(Costs.Way.SNAPSHOT);
    assertThat(run(Sets.random(random, 10, 0, ITEMS, 0)).way).isEqualTo(Costs.Way.SNAPSHOT);
  }

  /** How it ended. */
  private record Run(Costs.Way way, Decoder decoder, long bytes, int asks, double seconds) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s after %,d symbols, %,d bytes, %d asks, %.2f s",
          way,
          decoder.symbols(),
          bytes,
          asks,
          seconds);
    }
  }

  private static Run run(Sets sets) {
    long began = System.nanoTime();
    int hubItems = sets.theirs.ids().length;
    Sketch hub = new Sketch(0);
    Sketch client = new Sketch(0);
    Decoder decoder = new Decoder(hubItems);
    Costs.Way way = Costs.Way.SYMBOLS;
    boolean toHead = false;
    int asks = 0;
    long bytes = 0;
    while (decoder.state() == Decoder.State.HUNGRY && way == Costs.Way.SYMBOLS) {
      int wanted = Costs.symbolsFor(decoder.estimate().all(), decoder.symbols());
      int asked = toHead ? Costs.HEAD_SYMBOLS : Math.ceilDiv(wanted, 64) * 64;
      asks++;
      sets.theirs.extend(hub, asked);
      sets.ours.extend(client, asked);
      boolean estimated = decoder.symbols() >= Costs.HEAD_SYMBOLS;
      while (decoder.symbols() < asked && decoder.state() == Decoder.State.HUNGRY) {
        byte[] run = SymbolRun.encode(hub, decoder.symbols(), decoder.symbols() + 64, hubItems);
        bytes += run.length;
        decoder.take(run, client);
        if (!estimated && decoder.symbols() >= Costs.HEAD_SYMBOLS) {
          break; // as a client does: asks for the rest while symbols arrive
        }
      }
      if (decoder.state() == Decoder.State.HUNGRY) {
        way = Costs.choose(decoder.estimate(), hubItems, sets.ours.ids().length);
        toHead = way != Costs.Way.SYMBOLS && decoder.symbols() < Costs.HEAD_SYMBOLS;
        way = toHead ? Costs.Way.SYMBOLS : way;
      }
    }
    return new Run(way, decoder, bytes, asks, (System.nanoTime() - began) / 1e9);
  }
}
