package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
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
        int changed = random.nextInt(d + 1);
        int theirs = random.nextInt(d - changed + 1);
        Sets sets = Sets.random(random, size, changed, theirs, d - changed - theirs);
        Decoder decoder = sets.decode(1 + random.nextInt(64), 8 * d + 200);
        String what =
            "seed %d, %d in common, of %d differences %d changed, %d theirs"
                .formatted(SEED, size, d, changed, theirs);
        assertThat(decoder.state()).as(what).isEqualTo(Decoder.State.DECODED);
        assertThat(Sets.found(decoder)).as(what).isEqualTo(sets.differences);
        assertThat(decoder.estimate().all()).as(what).isEqualTo(d);
      }
    }
  }

  @Test
  void equalSetsNeedOneSymbol() {
    Decoder decoder = Sets.random(new Random(SEED), 5000, 0, 0, 0).decode(1, 10);
    assertThat(decoder.state()).isEqualTo(Decoder.State.DECODED);
    assertThat(decoder.symbols()).isEqualTo(1);
  }

  @Test
  void setsWithNothingInCommonDecodeToo() {
    Random random = new Random(SEED + 1);
    Sets sets = Sets.random(random, 0, 0, 3000, 2000);
    Decoder decoder = sets.decode(128, 20_000);
    assertThat(decoder.state()).isEqualTo(Decoder.State.DECODED);
    assertThat(Sets.found(decoder)).isEqualTo(sets.differences);
    Decoder empty = Sets.random(random, 0, 0, 3000, 0).decode(128, 20_000);
    assertThat(empty.ids()).hasSize(3000);
  }

  @Test
  void manyDifferencesNeedAboutOnePointThreeSixSymbolsEach() {
    Random random = new Random(SEED + 2);
    for (int changed : new int[] {0, 10_000, 20_000}) {
      int theirs = (20_000 - changed) / 2;
      Sets sets = Sets.random(random, 50_000, changed, theirs, 20_000 - changed - theirs);
      Decoder decoder = sets.decode(16, 40_000);
      assertThat(decoder.state()).as("seed " + SEED).isEqualTo(Decoder.State.DECODED);
      assertThat(decoder.symbols() / 20_000.0).as("seed " + SEED).isBetween(1.3, 1.45);
      assertThat(Sets.found(decoder)).isEqualTo(sets.differences);
    }
  }

  @Test
  void theFirstSymbolsTellHowMuchDiffersAndHow() {
    Random random = new Random(SEED + 3);
    for (int d : new int[] {2000, 20_000, 50_000}) {
      for (double share : new double[] {0, 0.5, 1}) {
        int changed = (int) (d * share);
        int theirs = random.nextInt(d - changed + 1);
        Sets sets = Sets.random(random, 10_000, changed, theirs, d - changed - theirs);
        String what =
            "seed %d, %d of which changed %d, theirs %d".formatted(SEED, d, changed, theirs);
        Estimate first = sets.decode(64, Costs.FIRST_SYMBOLS).estimate();
        assertThat(first.all() / (double) d).as(what + ": " + first).isBetween(0.4, 2.0);
        Estimate head = sets.decode(64, Costs.HEAD_SYMBOLS).estimate();
        assertThat(head.all() / (double) d).as(what + ": " + head).isBetween(0.75, 1.3);
        assertThat((head.changed() - changed) / (double) d)
            .as(what + ": " + head)
            .isBetween(-0.25, 0.25);
      }
    }
  }

  @Test
  void aSketchKeptUpToDateIsTheSketchOfWhatIsThere() {
    Random random = new Random(SEED + 4);
    Sets.Side side = Sets.random(random, 2000, 0, 0, 0).theirs;
    Sketch kept = new Sketch(512);
    for (int i = 0; i < 2000; i++) {
      kept.add(side.ids()[i], side.mark(i));
    }
    for (int i = 0; i < 1000; i++) {
      kept.remove(side.ids()[i], side.mark(i));
      side.ids()[i] = 0;
    }
    side.extend(kept, 2048);
    assertThat(SymbolRun.encode(kept, 0, 2048, 1000))
        .isEqualTo(SymbolRun.encode(side.sketch(2048), 0, 2048, 1000));
    assertThat(kept.copy().size()).isEqualTo(2048);
    assertThat(SymbolRun.encode(kept.copy(), 0, 2048, 1000))
        .isEqualTo(SymbolRun.encode(kept, 0, 2048, 1000));
  }

  /** Symbols of nothing, of far more than was told, with holes, repeated, and of mere chance. */
  @Test
  void hostileSymbolsEndWithinBounds() {
    Random random = new Random(SEED + 5);
    for (int round = 0; round < 300; round++) {
      int symbols = 1 + random.nextInt(2000);
      Sketch hostile = Sets.random(random, random.nextInt(200), 0, 0, 0).theirs.sketch(symbols);
      int spoilt = random.nextInt(symbols + 1);
      for (int n = 0; n < spoilt; n++) {
        spoil(hostile, random.nextInt(symbols), random);
      }
      Decoder decoder = new Decoder(random.nextInt(3) == 0 ? Integer.MAX_VALUE : 0);
      Sketch own = Sets.random(random, 50, 0, 0, 0).theirs.sketch(symbols);
      for (int at = 0; at < symbols && decoder.state() == Decoder.State.HUNGRY; at += 7) {
        int to = Math.min(symbols, at + 7);
        decoder.take(SymbolRun.encode(hostile, at, to, 0), own);
      }
      String what = "seed " + SEED + " round " + round;
      assertThat(decoder.ids().length).as(what).isLessThanOrEqualTo(symbols);
      assertThat(decoder.deltas()).as(what).hasSameSizeAs(decoder.ids()).doesNotContain(0);
      assertThat(decoder.estimate().all()).as(what).isNotNegative();
    }
  }

  private static void spoil(Sketch sketch, int at, Random random) {
    switch (random.nextInt(5)) {
      case 0 -> sketch.keys[at] = random.nextLong(Field.PRIME);
      case 1 -> sketch.marks[at] = random.nextBoolean() ? random.nextInt() : Integer.MIN_VALUE;
      case 2 -> sketch.checks[at] = (char) random.nextInt(Symbols.CHECK_PRIME);
      case 3 -> {
        sketch.keys[at] = sketch.keys[0];
        sketch.marks[at] = sketch.marks[0];
        sketch.checks[at] = sketch.checks[0];
      }
      default -> {
        long id = 1 + random.nextLong(Field.PRIME - 1);
        int mark = random.nextInt();
        sketch.keys[at] = Field.multiply(id, Field.of(mark));
        sketch.marks[at] = mark;
        sketch.checks[at] = (char) Symbols.check(Symbols.mixed(id), mark);
        if (at < Symbols.HEAD) {
          sketch.wides[at] = Symbols.wide(Symbols.mixed(id), mark);
          sketch.counts[at] = random.nextInt();
          sketch.signs[at] = random.nextInt();
        }
      }
    }
  }

  /** A key that is put where it does not belong, so that it seems to be there, is taken back. */
  @Test
  void whatOnlySeemsToBeAKeyIsFoundAgainAndTakenBack() {
    Found found = new Found();
    Random random = new Random(SEED + 6);
    long[] ids = Sets.ids(random, 1000);
    for (long id : ids) {
      found.add(id, 7);
    }
    for (int i = 0; i < 400; i++) {
      found.add(ids[i], -7);
    }
    assertThat(found.size()).isEqualTo(600);
    assertThat(found.times()).isEqualTo(1400);
    assertThat(found.ids()).containsExactlyInAnyOrder(Arrays.copyOfRange(ids, 400, 1000));
  }

  @Test
  void runsThatAreNoneAreRefused() {
    Sketch own = new Sketch(4);
    assertThatThrownBy(() -> new Decoder(0).take(new byte[12], own))
        .isInstanceOf(BadSymbols.class)
        .hasMessageContaining("12 bytes");
    byte[] large = new byte[14];
    Arrays.fill(large, (byte) 0xff);
    assertThatThrownBy(() -> new Decoder(0).take(large, own)).hasMessageContaining("not reduced");
    byte[] endless = new byte[30];
    Arrays.fill(endless, 18, 30, (byte) 0xff);
    assertThatThrownBy(() -> new Decoder(0).take(endless, own))
        .isInstanceOf(BadSymbols.class)
        .hasMessageContaining("varint");
    assertThatThrownBy(() -> new Decoder(0).take(new byte[20 * 5], own))
        .isInstanceOf(BadSymbols.class)
        .hasMessageContaining("up to 4 were asked for");
    assertThatThrownBy(
            () -> SymbolRun.decode(new byte[14 * (SymbolRun.MAX_SYMBOLS + 1)], Symbols.HEAD, 0))
        .isInstanceOf(BadSymbols.class);
  }

  @Test
  void theCheaperWayIsChosen() {
    assertThat(choose(1000, 0, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.SYMBOLS);
    assertThat(choose(300_000, 0, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.SYMBOLS);
    assertThat(choose(600_000, 0, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.LISTING);
    assertThat(choose(950_000, 0, 1_000_000, 1_000_000)).isEqualTo(Costs.Way.SNAPSHOT);
    assertThat(choose(0, 1_000_000, 1_000_000, 10)).isEqualTo(Costs.Way.SNAPSHOT);
    assertThat(choose(0, 5_000_000, 10, 5_000_000)).isEqualTo(Costs.Way.LISTING);
    assertThat(choose(0, 40, 0, 40)).isEqualTo(Costs.Way.SYMBOLS);
    assertThat(Costs.symbolsFor(0, 0)).isEqualTo(Costs.FIRST_SYMBOLS);
    assertThat(Costs.symbolsFor(10, 128)).isEqualTo(192);
    assertThat(Costs.symbolsFor(10_000, 128)).isBetween(9_000, 13_600);
    assertThat(Costs.symbolsFor(10_000, 1024)).isBetween(13_600, 14_500);
    assertThat(Costs.symbolsFor(10_000, 14_000)).isBetween(14_400, 15_000);
  }

  private static Costs.Way choose(long changed, long single, long theirs, long ours) {
    return Costs.choose(new Estimate(changed, single), theirs, ours);
  }
}
