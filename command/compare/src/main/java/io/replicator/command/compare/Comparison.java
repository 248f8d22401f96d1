package io.replicator.command.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a comparison of one pair of databases found.
 *
 * @param sourceKeys keys of the source that are meant
 * @param targetKeys keys of the target that are meant
 * @param counts how many keys differ, by kind; kinds with none are left out
 * @param examples the first keys of each kind
 * @param notes what could not be compared
 */
public record Comparison(
    int sourceDatabase,
    int targetDatabase,
    long sourceKeys,
    long targetKeys,
    Map<Difference.Kind, Long> counts,
    List<Difference> examples,
    List<String> notes,
    Duration took) {

  public Comparison {
    counts = Map.copyOf(counts);
    examples = List.copyOf(examples);
    notes = List.copyOf(notes);
  }

  public boolean equal() {
    return counts.isEmpty();
  }

  /** How many keys differ, of any kind. */
  public long differences() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  public long count(Difference.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Gathers differences; from any thread. */
  static final class Collector {
    private final int limit;
    private final Map<Difference.Kind, Long> counts = new EnumMap<>(Difference.Kind.class);
    private final Map<Difference.Kind, List<Difference>> examples =
        new EnumMap<>(Difference.Kind.class);

    Collector(int limit) {
      this.limit = limit;
    }

    synchronized void add(Difference difference) {
      counts.merge(difference.kind(), 1L, Long::sum);
      List<Difference> named =
          examples.computeIfAbsent(difference.kind(), kind -> new ArrayList<>());
      if (named.size() < limit) {
        named.add(difference);
      }
    }

    synchronized Map<Difference.Kind, Long> counts() {
      return Map.copyOf(counts);
    }

    synchronized List<Difference> examples() {
      return examples.values().stream().flatMap(List::stream).toList();
    }
  }
}
