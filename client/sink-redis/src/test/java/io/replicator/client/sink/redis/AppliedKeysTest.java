package io.replicator.client.sink.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AppliedKeysTest {
  @Test
  void holdsWhatASetHolds() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    AppliedKeys keys = new AppliedKeys(1_000_000);
    Set<Long> model = new HashSet<>();
    for (int i = 0; i < 200_000; i++) {
      long hash = i % 3 == 0 ? random.nextInt(1000) : random.nextLong();
      keys.add(hash);
      model.add(hash);
    }
    assertThat(keys.size()).isEqualTo(model.size());
    assertThat(keys.isComplete()).isTrue();
    assertThat(model).allMatch(keys::contains);
    for (int i = 0; i < 100_000; i++) {
      long hash = random.nextLong();
      assertThat(keys.contains(hash)).isEqualTo(model.contains(hash));
    }
  }

  @Test
  void saysWhenItHasNoRoomLeft() {
    AppliedKeys keys = new AppliedKeys(2);
    assertThat(keys.add(1)).isTrue();
    assertThat(keys.add(0)).isTrue();
    assertThat(keys.add(1)).isTrue();
    assertThat(keys.isComplete()).isTrue();
    assertThat(keys.add(2)).isFalse();
    assertThat(keys.isComplete()).isFalse();
    assertThat(keys.contains(2)).isFalse();
    keys.clear();
    assertThat(keys.isComplete()).isTrue();
    assertThat(keys.contains(0)).isFalse();
  }
}
