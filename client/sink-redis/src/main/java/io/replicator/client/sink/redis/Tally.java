package io.replicator.client.sink.redis;

import io.replicator.api.Counters;
import java.util.EnumMap;
import java.util.Map;

/** What one batch would count, added to the sink's counters once the batch is at the target. */
final class Tally {
  private static final class Count {
    private long value;
  }

  private final Map<SinkCounter, Count> counts = new EnumMap<>(SinkCounter.class);

  void add(SinkCounter counter, long count) {
    counts.computeIfAbsent(counter, first -> new Count()).value += count;
  }

  void addTo(Counters<SinkCounter> counters) {
    counts.forEach((counter, count) -> counters.add(counter, count.value));
  }
}
