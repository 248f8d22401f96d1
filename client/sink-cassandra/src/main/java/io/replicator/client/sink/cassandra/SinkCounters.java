package io.replicator.client.sink.cassandra;

import io.replicator.api.Counted;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What one sink has counted since it was made; readable from any thread. */
public final class SinkCounters {
  private final Map<SinkCounter, LongAdder> adders = new EnumMap<>(SinkCounter.class);

  SinkCounters() {
    for (SinkCounter counter : SinkCounter.values()) {
      adders.put(counter, new LongAdder());
    }
  }

  public long get(SinkCounter counter) {
    return adder(counter).sum();
  }

  /** All counters as they are now. */
  public Map<SinkCounter, Long> all() {
    Map<SinkCounter, Long> all = new EnumMap<>(SinkCounter.class);
    adders.forEach((counter, adder) -> all.put(counter, adder.sum()));
    return all;
  }

  /** The same, each with its sentence. */
  List<Counted> counted() {
    return Arrays.stream(SinkCounter.values())
        .map(counter -> Counted.of(counter, counter.description(), get(counter)))
        .toList();
  }

  void add(SinkCounter counter, long count) {
    adder(counter).add(count);
  }

  private LongAdder adder(SinkCounter counter) {
    return Objects.requireNonNull(adders.get(counter));
  }
}
