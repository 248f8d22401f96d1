package io.replicator.client.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testing.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is remembered of a target, against a map that does the same. */
class HeldKeysTest {
  static long[] seeds() {
    return Seeds.orElseRange(1, 20);
  }

  @Test
  void growsWhileAReadingFindsKeys() {
    HeldKeys held = new HeldKeys();
    held.beginGeneration();
    for (int i = 0; i < 100_000; i++) {
      held.found(key(i), i + 1);
    }
    held.endGeneration();
    assertThat(held.count()).isEqualTo(100_000);
    assertThat(contents(held)).hasSize(100_000).containsEntry("key:99999", 100_000L);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void saysWhatAMapSays(long seed) {
    Random random = new Random(seed);
    int keys = 10 + random.nextInt(20_000);
    HeldKeys held = new HeldKeys();
    Map<String, Long> model = new HashMap<>();
    Map<String, Long> target = new HashMap<>();
    for (int round = 0; round < 5; round++) {
      Set<String> written = new HashSet<>();
      held.beginGeneration();
      for (int i = 0; i < 8_000; i++) {
        int n = random.nextInt(keys);
        long hash = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(1000);
        if (random.nextInt(3) > 0) { // a page tells the key as it was: what is written since counts
          long found = target.getOrDefault(text(n), 0L);
          if (found != 0) {
            held.found(key(n), found);
            if (written.add(text(n))) {
              model.put(text(n), found);
            }
          }
        } else {
          held.put(key(n), hash);
          written.add(text(n));
          target.put(text(n), hash);
          model.put(text(n), hash);
        }
      }
      held.endGeneration();
      model.keySet().retainAll(written);
      model.values().removeIf(hash -> hash == 0);
      held.tidy(() -> true);
      assertThat(contents(held)).isEqualTo(model);
      assertThat(held.count()).isEqualTo(model.size());
      if (random.nextBoolean()) {
        target.keySet().removeIf(name -> random.nextInt(3) == 0); // behind its back
      }
    }
  }

  private static Map<String, Long> contents(HeldKeys held) {
    Map<String, Long> contents = new HashMap<>();
    held.tell(
        0,
        held.entries(),
        (keys, hashes) -> {
          for (int i = 0; i < keys.size(); i++) {
            contents.put(new String(keys.get(i), StandardCharsets.UTF_8), hashes[i]);
          }
          return true;
        });
    return contents;
  }

  private static String text(int n) {
    return "key:" + n;
  }

  private static byte[] key(int n) {
    return text(n).getBytes(StandardCharsets.UTF_8);
  }
}
