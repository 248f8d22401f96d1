package io.replicator.hub.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random operations against plain maps; the whole structure is compared after each step. */
class ChangeIndexModelTests {
  private static final class Row {
    long version;
    long hash;
    boolean tombstone;
    boolean met;
  }

  private final Map<String, Row> model = new HashMap<>();
  private long version;

  @ParameterizedTest
  @CsvSource({
    "1,plain,5,30",
    "2,plain,5,30",
    "3,plain,0,12",
    "4,plain,1000,200",
    "5,versioned,5,30",
    "6,versioned,0,12",
    "7,versioned,1000,200",
    "8,plain,20,100"
  })
  void isTheSameAsPlainMapsAfterEachStep(long seed, String kind, int maxTombstones, int keys) {
    boolean versioned = kind.equals("versioned");
    IndexSettings settings = new IndexSettings(versioned, maxTombstones, 2, 4, 64);
    ChangeIndex index = new ChangeIndex(settings);
    Random random = new Random(seed);
    boolean scanning = false;
    for (int step = 0; step < 3000; step++) {
      String key = keyOf(random.nextInt(keys));
      String what = "seed " + seed + " step " + step;
      switch (random.nextInt(scanning ? 9 : 8)) {
        case 0, 1, 2 -> touch(index, key, versioned ? version + random.nextInt(3) : version + 1);
        case 3 -> assertThat(index.remove(bytes(key))).as(what).isEqualTo(remove(key, versioned));
        case 4 -> markAbsent(index, key);
        case 5 -> observe(index, key, random.nextInt(3), versioned, what);
        case 6 -> {
          if (!scanning && random.nextInt(10) == 0) {
            index.beginScan();
            model.values().forEach(row -> row.met = false);
            scanning = true;
          }
        }
        case 7 -> {
          version += version == 0 ? 1 : 0;
          index.advanceTo(version);
        }
        default -> {
          if (random.nextInt(12) > 0) {
            seen(index, key, random.nextInt(3), versioned, what);
          } else {
            index.endScan();
            endScan(versioned);
            scanning = false;
          }
        }
      }
      check(index, random, maxTombstones, what);
    }
    if (maxTombstones < 1000) {
      assertThat(index.horizon()).as("tombstones were forgotten").isPositive();
      assertThat(index.slotLimit()).as("slots were used again").isLessThanOrEqualTo(keys + 50);
      assertThat(index.stats().keysMoved()).as("keys were moved").isPositive();
    }
    assertThat(index.stats().cleaningPasses()).isPositive();
  }

  private void touch(ChangeIndex index, String key, long newVersion) {
    long given = Math.max(1, newVersion);
    index.touch(bytes(key), given);
    stamp(model.computeIfAbsent(key, k -> new Row()), given, false);
  }

  private boolean remove(String key, boolean versioned) {
    Row row = model.get(key);
    if (row == null || row.tombstone) {
      return false;
    }
    stamp(row, next(versioned), true);
    return true;
  }

  private void markAbsent(ChangeIndex index, String key) {
    Row row = model.get(key);
    int slot = index.find(bytes(key));
    if (row != null && slot >= 0) {
      index.markAbsent(slot);
      row.tombstone = true;
      row.hash = 0;
    }
  }

  private void observe(ChangeIndex index, String key, long hash, boolean versioned, String what) {
    Row row = model.get(key);
    int slot = index.find(bytes(key));
    if (row == null || slot < 0) {
      return;
    }
    boolean changed =
        hash != 0 && (row.tombstone || (!versioned && row.hash != 0 && row.hash != hash));
    assertThat(index.observe(slot, row.version, hash)).as(what).isEqualTo(changed);
    if (changed) {
      stamp(row, next(versioned), false);
    }
    row.hash = hash == 0 ? row.hash : hash;
  }

  private void seen(ChangeIndex index, String key, long hash, boolean versioned, String what) {
    Row row = model.get(key);
    boolean changed =
        row == null || row.tombstone || (hash != 0 && row.hash != 0 && row.hash != hash);
    assertThat(index.seen(bytes(key), hash)).as(what).isEqualTo(changed);
    Row now = model.computeIfAbsent(key, k -> new Row());
    if (changed) {
      stamp(now, next(versioned), false);
    }
    now.met = true;
    now.hash = hash == 0 ? now.hash : hash;
  }

  private void endScan(boolean versioned) {
    // in slot order the versions would differ; which key got which is taken over by check
    for (Row row : model.values()) {
      if (!row.tombstone && !row.met) {
        stamp(row, next(versioned), true);
        row.version = -1;
      }
    }
  }

  private void stamp(Row row, long newVersion, boolean tombstone) {
    version = newVersion;
    row.version = newVersion;
    row.tombstone = tombstone;
    row.hash = 0;
    row.met = true;
  }

  private long next(boolean versioned) {
    return versioned ? Math.max(1, version) : version + 1;
  }

  private void check(ChangeIndex index, Random random, int maxTombstones, String what) {
    assertThat(index.version()).as(what).isEqualTo(version);
    TreeMap<Integer, Row> bySlot = new TreeMap<>();
    int live = 0;
    for (String key : List.copyOf(model.keySet())) {
      @Nullable Row row = model.get(key);
      int slot = index.find(bytes(key));
      if (row == null) {
        throw new AssertionError(what);
      }
      if (slot < 0) {
        assertThat(row.tombstone).as(what + ": only tombstones are forgotten").isTrue();
        assertThat(row.version).as(what).isLessThanOrEqualTo(index.horizon());
        model.remove(key);
        continue;
      }
      if (row.version == -1) {
        row.version = index.versionOf(slot);
      }
      assertThat(index.key(slot)).as(what).isEqualTo(bytes(key));
      assertThat(index.versionOf(slot)).as(what).isEqualTo(row.version);
      assertThat(index.isTombstone(slot)).as(what).isEqualTo(row.tombstone);
      assertThat(index.hashOf(slot)).as(what).isEqualTo(row.hash);
      assertThat(bySlot.put(slot, row)).as(what + ": slots are unique").isNull();
      assertThat(slot).as(what).isLessThan(index.slotLimit());
      live += row.tombstone ? 0 : 1;
    }
    assertThat(index.liveKeys()).as(what).isEqualTo(live);
    assertThat(index.tombstones()).as(what).isEqualTo(bySlot.size() - live);
    assertThat(index.stats().logEntries())
        .as(what + ": garbage is bounded")
        .isLessThanOrEqualTo(3L * bySlot.size() + 3L * 4 + 64);
    assertThat(index.tombstones())
        .as(what + ": tombstones are bounded")
        .isLessThanOrEqualTo(maxTombstones * 5 / 4 + bySlot.size() / 4 + 40);
    checkReading(index, bySlot, random, what);
  }

  private void checkReading(
      ChangeIndex index, Map<Integer, Row> bySlot, Random random, String what) {
    long after = random.nextLong(version + 1);
    long until = after + random.nextLong(version - after + 1);
    List<Integer> expected = new ArrayList<>();
    bySlot.forEach((slot, row) -> {
      if (row.version > after && row.version <= until) {
        expected.add(slot);
      }
    });
    assertThat(ChangeIndexTests.dirty(index, after, until)).as(what).isEqualTo(expected);
    List<Integer> swept = new ArrayList<>();
    for (int slot = 0; slot < index.slotLimit(); ) {
      slot = index.sweep(after, until, slot, 7, swept::add);
    }
    assertThat(swept).as(what).isEqualTo(expected);
    Set<Integer> unique = new HashSet<>(swept);
    assertThat(new TreeSet<>(unique)).as(what).containsExactlyElementsOf(swept);
  }

  /** Short, long and longer than a slab. */
  private static String keyOf(int number) {
    return number % 11 == 10 ? "k".repeat(100) + number : "key-" + number;
  }

  private static byte[] bytes(String key) {
    return ChangeIndexTests.key(key);
  }
}
