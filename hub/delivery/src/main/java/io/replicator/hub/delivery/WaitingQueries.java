package io.replicator.hub.delivery;

import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.KeyQuery;
import java.util.ArrayDeque;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Questions of a client about keys, answered in order; before the first scan is complete nobody
 * knows what is there. Confined to the loop.
 */
final class WaitingQueries {
  private static final int MAX = 16;

  private final DeliveryCounters counters;
  private final ArrayDeque<KeyQuery> queries = new ArrayDeque<>();

  WaitingQueries(DeliveryCounters counters) {
    this.counters = counters;
  }

  void add(KeyQuery query) {
    KeyQueries.requireLimits(query);
    if (queries.size() >= MAX) {
      throw new ProtocolException(
          WireError.OVERLOADED, MAX + " queries wait for the source already: ask again later");
    }
    queries.add(query);
  }

  /**
   * The answer to the first one.
   *
   * @param feeds the feed of a number
   * @return null = none can be answered now
   */
  @Nullable Frame nextAnswer(IntFunction<@Nullable Feed> feeds) {
    KeyQuery query = queries.peek();
    Feed feed = query == null ? null : feeds.apply(query.getFeed());
    if (query == null || feed == null || !feed.requested().database().ready()) {
      return null;
    }
    queries.remove();
    counters.add(DeliveryCounter.KEY_QUERIES, query.getKeysCount());
    return KeyQueries.answer(query, feed);
  }
}
