package io.replicator.link.reconcile;

import java.util.Arrays;
import java.util.Random;

/** Two sets that differ, and what the exchange of symbols between them comes to. */
final class Sets {
  final long[] theirs;
  final long[] ours;
  final long[] onlyTheirs;
  final long[] onlyOurs;

  private Sets(long[] common, long[] onlyTheirs, long[] onlyOurs) {
    this.theirs = joined(common, onlyTheirs);
    this.ours = joined(common, onlyOurs);
    this.onlyTheirs = onlyTheirs;
    this.onlyOurs = onlyOurs;
  }

  static Sets random(Random random, int common, int theirs, int ours) {
    return new Sets(items(random, common), items(random, theirs), items(random, ours));
  }

  static long[] items(Random random, int count) {
    return random.longs().filter(item -> item != 0).limit(count).toArray();
  }

  private static long[] joined(long[] one, long[] other) {
    long[] all = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, all, one.length, other.length);
    return all;
  }

  static Sketch sketch(long[] items, int size) {
    Sketch sketch = new Sketch(0);
    sketch.extend(size, items, 0, items.length);
    return sketch;
  }

  /** Gives the decoder runs of symbols until it wants no more. */
  Decoder decode(int runSize, int maxSymbols) {
    Decoder decoder = new Decoder(theirs.length);
    int size = Math.min(maxSymbols, 256);
    Sketch hub = sketch(theirs, size);
    Sketch client = sketch(ours, size);
    while (decoder.state() == Decoder.State.HUNGRY && decoder.symbols() < maxSymbols) {
      int to = Math.min(maxSymbols, decoder.symbols() + runSize);
      if (to > hub.size()) {
        int larger = Math.min(maxSymbols, Math.max(to, hub.size() * 4));
        hub.extend(larger, theirs, 0, theirs.length);
        client.extend(larger, ours, 0, ours.length);
      }
      decoder.take(SymbolRun.encode(hub, decoder.symbols(), to, theirs.length), client);
    }
    return decoder;
  }

  static long[] sorted(long[] items) {
    long[] copy = items.clone();
    Arrays.sort(copy);
    return copy;
  }
}
