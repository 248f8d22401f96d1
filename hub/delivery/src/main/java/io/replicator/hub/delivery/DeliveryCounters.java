package io.replicator.hub.delivery;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** The values of the catalogue. Confined to the loop. */
final class DeliveryCounters {
  private final EnumMap<DeliveryCounter, long[]> values = new EnumMap<>(DeliveryCounter.class);

  DeliveryCounters() {
    for (DeliveryCounter counter : DeliveryCounter.values()) {
      values.put(counter, new long[1]);
    }
  }

  void add(DeliveryCounter counter, long n) {
    cell(counter)[0] += n;
  }

  void increment(DeliveryCounter counter) {
    add(counter, 1);
  }

  long get(DeliveryCounter counter) {
    return cell(counter)[0];
  }

  Map<DeliveryCounter, Long> snapshot() {
    Map<DeliveryCounter, Long> all = new EnumMap<>(DeliveryCounter.class);
    values.forEach((counter, cell) -> all.put(counter, cell[0]));
    return all;
  }

  private long[] cell(DeliveryCounter counter) {
    return Objects.requireNonNull(values.get(counter));
  }
}
