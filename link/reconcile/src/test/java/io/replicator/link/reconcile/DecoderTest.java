package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is decoded is the difference, for symbols in proportion to it (P102, P103). */
class DecoderTest {
  private static final long SEED = Long.getLong("replicator.seed", 20261125L);

  @Test
  void decodesWhatAPlainModelSays() {
    Random random = new Random(SEED);
    int[] sizes = {0, 1, 2, 3, 10, 100, 1000, 20_000};
    int[] differences = {0, 1, 2, 5, 17, 100, 1000};
    for (int size : sizes) {
      for (int d : differences) {
        int theirs = random.nextInt(d + 1);
        Sets sets = Sets.random(random, size, theirs, d - theirs);
        Decoder decoder = sets.decode(1 + random.nextInt(64), 8 * d + 200);
        String what = "seed " + SEED + ", " + size + " in common, " + theirs + " of " + d;
        assertThat(decoder.state()).as(what).isEqualTo(Decoder.State.DECODED);
        assertThat(Sets.sorted(decoder.onlyTheirs()))
            .as(what)
            .isEqualTo(Sets.sorted(sets.onlyTheirs));
        assertThat(Sets.sorted(decoder.onlyOurs())).as(what).isEqualTo(Sets.sorted(sets.onlyOurs));
        assertThat(decoder.estimate()).as(what).isEqualTo(d);
      }
    }
  }

  @Test
  void equalSetsNeedOneSymbol() {
    Decoder decoder = Sets.random(new Random(SEED), 5000, 0, 0).decode(1, 10);
    assertThat(decoder.state()).isEqualTo(Decoder.State.DECODED);
    assertThat(decoder.symbols()).isEqualTo(1);
  }

  @Test
  void setsWithNothingInCommonDecodeToo() {
    Random random = new Random(SEED + 1);
    Sets sets = Sets.random(random, 0, 3000, 2000);
    Decoder decoder = sets.decode(128, 20_000);
    assertThat(decoder.state()).isEqualTo(Decoder.State.DECODED);
    assertThat(decoder.onlyTheirs()).hasSize(3000);
    assertThat(decoder.onlyOurs()).hasSize(2000);
    Decoder empty = Sets.random(random, 0, 3000, 0).decode(128, 20_000);
    assertThat(empty.onlyTheirs()).hasSize(3000);
  }

  @Test
  void manyDifferencesNeedAboutOnePointThreeSixSymbolsEach() {
    Sets sets = Sets.random(new Random(SEED + 2), 50_000, 10_000, 10_000);
    Decoder decoder = sets.decode(16, 40_000);
    assertThat(decoder.state()).as("seed " + SEED).isEqualTo(Decoder.State.DECODED);
    assertThat(decoder.symbols() / 20_000.0).as("seed " + SEED).isBetween(1.3, 1.45);
  }

  @Test
  void theFirstSymbolsTellHowLargeTheDifferenceIs() {
    Random random = new Random(SEED + 3);
    for (int d : new int[] {500, 5000, 50_000}) {
      for (double share : new double[] {0, 0.5, 1}) {
        int theirs = (int) (d * share);
        Sets sets = Sets.random(random, 10_000, theirs, d - theirs);
        long estimate = sets.decode(64, Costs.FIRST_SYMBOLS).estimate();
        String what = "seed " + SEED + ", " + d + " of which theirs " + theirs + ": " + estimate;
        assertThat(estimate / (double) d).as(what).isBetween(0.4, 2.0);
      }
    }
  }

  @Test
  void aSketchKeptUpToDateIsTheSketchOfWhatIsThere() {
    Random random = new Random(SEED + 4);
    long[] items = Sets.items(random, 2000);
    Sketch kept = new Sketch(512);
    for (long item : items) {
      kept.add(item);
    }
    for (int i = 0; i < 1000; i++) {
      kept.remove(items[i]);
      items[i] = 0;
    }
    kept.extend(2048, items, 0, items.length);
    Sketch anew = Sets.sketch(items, 2048);
    assertThat(SymbolRun.encode(kept, 0, 2048, 1000))
        .isEqualTo(SymbolRun.encode(anew, 0, 2048, 1000));
    assertThat(kept.copy().size()).isEqualTo(2048);
  }

  @Test
  void hostileSymbolsEndWithinBounds() {
    Random random = new Random(SEED + 5);
    for (int round = 0; round < 300; round++) {
      int symbols = 1 + random.nextInt(400);
      Sketch hostile = new Sketch(symbols);
      for (int i = 0; i < symbols; i++) {
        hostile.sums[i] = random.nextBoolean() ? random.nextLong() : random.nextInt(4);
        hostile.checks[i] =
            random.nextInt(4) == 0 ? random.nextInt() : Symbols.check(hostile.sums[i]);
        hostile.counts[i] = random.nextInt(5) - 2;
      }
      Decoder decoder = new Decoder(0);
      for (int at = 0; at < symbols && decoder.state() == Decoder.State.HUNGRY; at += 7) {
        int to = Math.min(symbols, at + 7);
        decoder.take(SymbolRun.encode(hostile, at, to, 0), new Sketch(symbols));
      }
      assertThat(decoder.onlyTheirs().length + decoder.onlyOurs().length)
          .as("seed " + SEED + " round " + round)
          .isLessThanOrEqualTo(symbols);
    }
  }

  @Test
  void runsThatAreNoneAreRefused() {
    Sketch own = new Sketch(4);
    assertThatThrownBy(() -> new Decoder(0).take(new byte[12], own))
        .isInstanceOf(BadSymbols.class)
        .hasMessageContaining("12 bytes");
    byte[] endless = new byte[30];
    java.util.Arrays.fill(endless, (byte) 0xff);
    assertThatThrownBy(() -> new Decoder(0).take(endless, own))
        .isInstanceOf(BadSymbols.class)
        .hasMessageContaining("varint");
    assertThatThrownBy(() -> new Decoder(0).take(new byte[13 * 5], own))
        .isInstanceOf(BadSymbols.class)
        .hasMessageContaining("up to 4 were asked for");
    assertThatThrownBy(() -> SymbolRun.decode(new byte[13 * (SymbolRun.MAX_SYMBOLS + 1)], 0, 0))
        .isInstanceOf(BadSymbols.class);
  }

  @Test
  void theCheaperWayIsChosen() {
    assertThat(Costs.choose(1000, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.SYMBOLS);
    assertThat(Costs.choose(300_000, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.SYMBOLS);
    assertThat(Costs.choose(600_000, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.LISTING);
    assertThat(Costs.choose(1_000_000, 1_000_000, 10)).isEqualTo(Costs.Way.SNAPSHOT);
    assertThat(Costs.choose(5_000_000, 10, 5_000_000)).isEqualTo(Costs.Way.LISTING);
    assertThat(Costs.choose(40, 0, 40)).isEqualTo(Costs.Way.SYMBOLS);
    assertThat(Costs.symbolsFor(0, 0)).isEqualTo(Costs.FIRST_SYMBOLS);
    assertThat(Costs.symbolsFor(10_000, 128)).isBetween(13_600, 18_000);
    assertThat(Costs.symbolsFor(10, 128)).isEqualTo(192);
  }
}
