package io.replicator.api;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one part has counted since it was made, by a catalogue of its own; readable and written from
 * any thread.
 */
public final class Counters<C extends Enum<C> & Counters.Catalogue> {
  /** A constant for each thing that is counted. */
  public interface Catalogue {
    /** One sentence for status and metrics. */
    String description();
  }

  private final Class<C> catalogue;
  private final EnumMap<C, LongAdder> adders;

  public Counters(Class<C> catalogue) {
    this.catalogue = catalogue;
    this.adders = new EnumMap<>(catalogue);
    for (C counter : catalogue.getEnumConstants()) {
      adders.put(counter, new LongAdder());
    }
  }

  public void add(C counter, long count) {
    adder(counter).add(count);
  }

  public long get(C counter) {
    return adder(counter).sum();
  }

  /** All counters as they are now. */
  public Map<C, Long> all() {
    Map<C, Long> all = new EnumMap<>(catalogue);
    adders.forEach((counter, adder) -> all.put(counter, adder.sum()));
    return all;
  }

  /** The same, each with its sentence. */
  public List<Counted> counted() {
    return Arrays.stream(catalogue.getEnumConstants())
        .map(counter -> Counted.of(counter, counter.description(), get(counter)))
        .toList();
  }

  private LongAdder adder(C counter) {
    return Objects.requireNonNull(adders.get(counter));
  }
}
