package io.replicator.link.reconcile;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;

/**
 * Two sets of keys with values that differ, and what the exchange of symbols between them comes to.
 */
final class Sets {
  static final byte[] SALT =
      HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

  /** Ids with their value hashes. */
  record Side(long[] ids, long[] values) {
    Sketch sketch(int size) {
      Sketch sketch = new Sketch(0);
      extend(sketch, size);
      return sketch;
    }

    void extend(Sketch sketch, int size) {
      sketch.extend(size, ids, values, 0, ids.length, new ItemHasher(SALT));
    }

    int mark(int i) {
      return ItemHasher.mark(new ItemHasher(SALT).item(ids[i], values[i]));
    }
  }

  final Side theirs;
  final Side ours;

  /** What the marks of each id differ by, as the sets were made. */
  final Map<Long, Integer> differences = new HashMap<>();

  /** The first keys are those with two values, the next only on one side, the rest is equal. */
  private Sets(Random random, int common, int changed, int theirs, int ours) {
    long[] ids = ids(random, common + changed + theirs + ours);
    long[] values = random.longs(ids.length).toArray();
    int single = changed + theirs;
    this.theirs = new Side(without(ids, single, ours), without(values, single, ours));
    long[] ourValues = without(values, changed, theirs);
    for (int i = 0; i < changed; i++) {
      ourValues[i] = ~ourValues[i];
    }
    this.ours = new Side(without(ids, changed, theirs), ourValues);
    for (int i = 0; i < changed; i++) {
      differences.put(ids[i], this.theirs.mark(i) - this.ours.mark(i));
    }
    for (int i = 0; i < theirs; i++) {
      differences.put(ids[changed + i], this.theirs.mark(changed + i));
    }
    for (int i = 0; i < ours; i++) {
      differences.put(ids[single + i], -this.ours.mark(changed + i));
    }
  }

  static Sets random(Random random, int common, int changed, int theirs, int ours) {
    return new Sets(random, common, changed, theirs, ours);
  }

  static long[] ids(Random random, int count) {
    return random.longs(1, Field.PRIME).limit(count).toArray();
  }

  private static long[] without(long[] all, int from, int count) {
    long[] rest = Arrays.copyOf(all, all.length - count);
    System.arraycopy(all, from + count, rest, from, all.length - from - count);
    return rest;
  }

  /** Gives the decoder runs of symbols until it wants no more. */
  Decoder decode(int runSize, int maxSymbols) {
    Decoder decoder = new Decoder(theirs.ids.length);
    int size = Math.min(maxSymbols, 256);
    Sketch hub = theirs.sketch(size);
    Sketch client = ours.sketch(size);
    while (decoder.state() == Decoder.State.HUNGRY && decoder.symbols() < maxSymbols) {
      int to = Math.min(maxSymbols, decoder.symbols() + runSize);
      if (to > hub.size()) {
        int larger = Math.min(maxSymbols, Math.max(to, hub.size() * 4));
        theirs.extend(hub, larger);
        ours.extend(client, larger);
      }
      decoder.take(SymbolRun.encode(hub, decoder.symbols(), to, theirs.ids.length), client);
    }
    return decoder;
  }

  static Map<Long, Integer> found(Decoder decoder) {
    Map<Long, Integer> found = new HashMap<>();
    long[] ids = decoder.ids();
    int[] deltas = decoder.deltas();
    for (int i = 0; i < ids.length; i++) {
      found.put(ids[i], deltas[i]);
    }
    return found;
  }
}
