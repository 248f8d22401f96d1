package io.replicator.hub.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.KeyPatterns;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeIndexTests {
  private final ChangeIndex index = new ChangeIndex(IndexSettings.plain());

  @Test
  void givesEachTouchANewVersionAndKeepsTheSlot() {
    int slot = index.touch(key("a"));
    int other = index.touch(key("b"));
    assertThat(index.touch(key("a"))).isEqualTo(slot).isNotEqualTo(other);
    assertThat(index.version()).isEqualTo(3);
    assertThat(index.versionOf(slot)).isEqualTo(3);
    assertThat(index.versionOf(other)).isEqualTo(2);
    assertThat(index.liveKeys()).isEqualTo(2);
  }

  @Test
  void keepsEmptyBinaryAndVeryLongKeys() {
    byte[] longKey = new byte[3_000_000];
    longKey[17] = -1;
    for (byte[] key : List.of(new byte[0], new byte[] {0, -1, 127}, longKey)) {
      int slot = index.touch(key);
      assertThat(index.key(slot)).isEqualTo(key);
      assertThat(index.find(key.clone())).isEqualTo(slot);
    }
    assertThat(index.liveKeys()).isEqualTo(3);
  }

  @Test
  void listsWhatChangedSinceAVersionBySlotOnce() {
    int a = index.touch(key("a"));
    int b = index.touch(key("b"));
    int c = index.touch(key("c"));
    index.touch(key("c"));
    index.touch(key("a"));
    assertThat(dirty(0, 5)).containsExactly(a, b, c);
    assertThat(dirty(2, 5)).containsExactly(a, c);
    assertThat(dirty(4, 5)).containsExactly(a);
    assertThat(dirty(0, 4)).containsExactly(b, c);
    assertThat(dirty(5, 9)).isEmpty();
  }

  @Test
  void saysWhenMoreIsDirtyThanTheCallerTakes() {
    index.touch(key("a"));
    index.touch(key("b"));
    assertThat(index.listDirty(0, 2, new int[1])).isEqualTo(-1);
    assertThat(index.listDirty(0, 2, new int[2])).isEqualTo(2);
    assertThat(index.listDirty(1, 2, new int[1])).isEqualTo(1);
  }

  @Test
  void listingCostsWhatWasWrittenSinceAndNotTheSizeOfTheIndex() {
    for (int i = 0; i < 100_000; i++) {
      index.touch(key("key-" + i));
    }
    long before = index.stats().logEntriesRead();
    index.touch(key("key-5"));
    index.touch(key("key-6"));
    assertThat(dirty(100_000, 100_002)).hasSize(2);
    assertThat(index.stats().logEntriesRead() - before).isEqualTo(2);
  }

  @Test
  void listingStopsAtTheFirstKeyTooMany() {
    for (int i = 0; i < 100_000; i++) {
      index.touch(key("key-" + i));
    }
    long before = index.stats().logEntriesRead();
    assertThat(index.listDirty(0, 100_000, new int[10])).isEqualTo(-1);
    assertThat(index.stats().logEntriesRead() - before).isEqualTo(11);
  }

  @Test
  void keysOfOneVersionAreListedTogether() {
    ChangeIndex versioned = new ChangeIndex(IndexSettings.ofVersioned());
    int a = versioned.touch(key("a"), 7);
    int b = versioned.touch(key("b"), 7);
    versioned.touch(key("a"), 7);
    versioned.advanceTo(9);
    int c = versioned.touch(key("c"), 9);
    assertThat(dirty(versioned, 6, 7)).containsExactly(a, b);
    assertThat(dirty(versioned, 7, 9)).containsExactly(c);
    assertThat(versioned.version()).isEqualTo(9);
    assertThatThrownBy(() -> versioned.touch(key("a"), 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 8")
        .hasMessageContaining("9");
  }

  @Test
  void removedKeyIsATombstoneWithANewVersionUntilItComesBack() {
    int slot = index.touch(key("a"));
    assertThat(index.remove(key("a"))).isTrue();
    assertThat(index.remove(key("a"))).isFalse();
    assertThat(index.remove(key("never"))).isFalse();
    assertThat(index.isTombstone(slot)).isTrue();
    assertThat(index.versionOf(slot)).isEqualTo(2);
    assertThat(dirty(1, 2)).containsExactly(slot);
    assertThat(index.liveKeys()).isZero();
    assertThat(index.touch(key("a"))).isEqualTo(slot);
    assertThat(index.isTombstone(slot)).isFalse();
    assertThat(index.liveKeys()).isEqualTo(1);
  }

  @Test
  void keyFoundAbsentKeepsItsVersion() {
    int slot = index.touch(key("a"));
    assertThat(index.markAbsent(slot, 99)).isFalse();
    assertThat(index.markAbsent(slot, 1)).isTrue();
    assertThat(index.isTombstone(slot)).isTrue();
    assertThat(index.versionOf(slot)).isEqualTo(1);
    assertThat(index.version()).isEqualTo(1);
  }

  @Test
  void keyFoundAbsentThatWasReadBeforeAtTheSameVersionGetsANewOne() { // I2
    int slot = index.touch(key("a"));
    index.observe(slot, 1, 77);
    assertThat(index.markAbsent(slot, 1)).isTrue();
    assertThat(index.isTombstone(slot)).isTrue();
    assertThat(index.versionOf(slot)).isEqualTo(2);
    assertThat(dirty(1, 2)).containsExactly(slot);
  }

  @Test
  void valueGivenAwayWithoutAHashCountsAsChangedInTheNextScan() { // I2
    int slot = index.touch(key("a"));
    index.observeLarge(slot, 1);
    assertThat(index.observe(slot, 1, 77)).isFalse();
    index.beginScan();
    assertThat(index.seen(key("a"), 77)).isTrue();
    assertThat(index.versionOf(slot)).isEqualTo(2);
  }

  @Test
  void unhintedChangeFoundByAReadGetsANewVersion() {
    int slot = index.touch(key("a"));
    assertThat(index.observe(slot, 1, 11)).isFalse();
    assertThat(index.hashOf(slot)).isEqualTo(11);
    assertThat(index.observe(slot, 1, 11)).isFalse();
    assertThat(index.observe(slot, 1, 12)).isTrue();
    assertThat(index.versionOf(slot)).isEqualTo(2);
    assertThat(index.observe(slot, 1, 13)).as("read before the last change").isFalse();
    assertThat(index.hashOf(slot)).isEqualTo(12);
    index.touch(key("a"));
    assertThat(index.hashOf(slot)).isZero();
  }

  @Test
  void scanFindsNewChangedAndGoneKeysOnly() {
    int same = index.touch(key("same"));
    index.observe(same, 1, 1);
    int changed = index.touch(key("changed"));
    index.observe(changed, 2, 2);
    int gone = index.touch(key("gone"));
    index.touch(key("dead"));
    index.remove(key("dead"));
    long before = index.version();

    index.beginScan();
    assertThat(index.seen(key("same"), 1)).isFalse();
    assertThat(index.seen(key("changed"), 3)).isTrue();
    assertThat(index.seen(key("new"), 4)).isTrue();
    assertThat(index.seen(key("dead"), 5)).isTrue();
    int touched = index.touch(key("touched meanwhile"));
    index.endScan();

    assertThat(dirty(before, index.version()))
        .containsExactlyInAnyOrder(
            changed, gone, touched, index.find(key("new")), index.find(key("dead")));
    assertThat(index.isTombstone(gone)).isTrue();
    assertThat(index.isTombstone(touched)).isFalse();
    assertThat(index.liveKeys()).isEqualTo(5);
  }

  @Test
  void scanEndsInSlicesWhileKeysChange() {
    for (int i = 0; i < 100; i++) {
      index.touch(key("old-" + i));
    }
    index.beginScan();
    assertThat(index.endScan(30)).isFalse();
    int late = index.touch(key("old-99"));
    while (!index.endScan(30)) {
      index.touch(key("new-" + index.version()));
    }
    assertThat(index.isTombstone(late)).isFalse();
    assertThat(index.tombstones()).isEqualTo(99);
  }

  @Test
  void flushMakesEveryKeyATombstone() {
    for (int i = 0; i < 10; i++) {
      index.touch(key("k" + i));
    }
    index.flushAll();
    assertThat(index.liveKeys()).isZero();
    assertThat(dirty(10, 20)).hasSize(10);
  }

  @Test
  void sweepOffersRowsInSlotOrderInSlices() {
    for (int i = 0; i < 10; i++) {
      index.touch(key("k" + i));
    }
    index.touch(key("k3"));
    List<Integer> taken = new ArrayList<>();
    assertThat(index.sweep(2, 10, 0, 6, taken::add)).isEqualTo(6);
    assertThat(taken).containsExactly(2, 4, 5);
    assertThat(index.sweep(2, 10, 6, 100, slot -> slot < 8)).as("refused slot").isEqualTo(8);
    assertThat(index.sweep(2, 10, 8, 100, taken::add)).isEqualTo(index.slotLimit());
    assertThat(taken).containsExactly(2, 4, 5, 8, 9);
  }

  @Test
  void matchesPatternsWithoutCopyingTheKey() {
    int slot = index.touch(key("quotes:EUR"));
    assertThat(index.matches(slot, KeyPatterns.of(List.of("quotes:*"), List.of()))).isTrue();
    assertThat(index.matches(slot, KeyPatterns.of(List.of("x*"), List.of()))).isFalse();
  }

  @Test
  void refusesASlotThatIsNotInUse() {
    assertThatThrownBy(() -> index.key(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slot 3");
    assertThat(index.versionOf(3)).isZero();
    assertThat(index.observe(3, 1, 1)).isFalse();
  }

  private List<Integer> dirty(long after, long until) {
    return dirty(index, after, until);
  }

  static List<Integer> dirty(ChangeIndex index, long after, long until) {
    int[] out = new int[1000];
    int n = index.listDirty(after, until, out);
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      slots.add(out[i]);
    }
    return slots;
  }

  static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void aKeyFoundByAReadOfTheSameScanIsNotBuriedByIt() { // I3
    ChangeIndex index = new ChangeIndex(IndexSettings.plain());
    int early = index.touch(key("early"));
    int late = index.touch(key("late"));
    int before = index.scanNumber();
    index.beginScan();
    index.foundByRead(early, key("early"), before); // asked before: it may be gone since
    index.foundByRead(late, key("late"), index.scanNumber());
    index.endScan();
    assertThat(index.isTombstone(early)).isTrue();
    assertThat(index.isTombstone(late)).isFalse();

    // An answer that comes when the scan has ended: what it buried comes back.
    assertThat(index.foundByRead(early, key("early"), before)).isFalse();
    long version = index.version();
    assertThat(index.foundByRead(early, key("early"), index.scanNumber())).isTrue();
    assertThat(index.isTombstone(early)).isFalse();
    assertThat(index.versionOf(early)).isEqualTo(version + 1);

    index.beginScan();
    index.endScan();
    assertThat(index.isTombstone(late)).isTrue();
  }
}
