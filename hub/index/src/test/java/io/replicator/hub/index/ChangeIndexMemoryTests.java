package io.replicator.hub.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangeIndexMemoryTests {
  private static final int KEYS = 300_000;

  @Test
  void staysWithin90BytesForAKeyOf30Bytes() {
    ChangeIndex index = loaded();
    assertThat((double) index.memoryBytes() / KEYS).isLessThan(82);
    Random random = new Random(1);
    for (int i = 0; i < 5 * KEYS; i++) {
      index.touch(key(random.nextInt(KEYS)));
      if (i % 10_000 == 0) {
        assertThat((double) index.memoryBytes() / KEYS).as("after %s", i).isLessThan(90);
      }
    }
  }

  @Test
  void oneHotKeyDoesNotMakeTheLogGrow() {
    ChangeIndex index = loaded();
    long before = index.memoryBytes();
    for (int i = 0; i < 5 * KEYS; i++) {
      index.touch(key(7));
    }
    assertThat(index.memoryBytes()).isLessThan(before + 8L * KEYS);
    assertThat(index.stats().logEntriesCleaned()).as("cleaning a put").isLessThan(3L * 6 * KEYS);
  }

  @Test
  void spaceOfDroppedKeysIsUsedAgain() {
    ChangeIndex index = new ChangeIndex(IndexSettings.plain().withMaxTombstones(1000));
    for (int i = 0; i < KEYS; i++) {
      index.touch(key(i));
    }
    long before = index.memoryBytes();
    int slots = index.slotLimit();
    for (int i = KEYS; i < 5 * KEYS; i++) {
      index.touch(key(i));
      index.remove(key(i - KEYS));
    }
    assertThat(index.liveKeys()).isEqualTo(KEYS);
    assertThat(index.slotLimit()).isLessThan(slots * 3 / 2);
    assertThat(index.memoryBytes()).isLessThan(before * 2);
    assertThat(index.horizon()).isPositive();
    for (int i = 4 * KEYS; i < 5 * KEYS; i++) {
      assertThat(index.find(key(i))).isNotNegative();
    }
  }

  private static ChangeIndex loaded() {
    ChangeIndex index = new ChangeIndex(IndexSettings.plain());
    for (int i = 0; i < KEYS; i++) {
      index.touch(key(i));
    }
    return index;
  }

  private static byte[] key(int number) {
    return ChangeIndexTests.key(String.format("a-key-of-thirty-bytes-%08d", number));
  }
}
