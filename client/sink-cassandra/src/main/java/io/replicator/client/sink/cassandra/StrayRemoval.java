package io.replicator.client.sink.cassandra;

import io.replicator.api.Counters;
import io.replicator.api.Key;
import io.replicator.api.Sink.Presence;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Removes keys that a reconcile found at the target alone and that the hub still does not have. A
 * deletion carries a time from before the hub was asked, so it cannot hide what a batch brings
 * meanwhile, whenever it arrives.
 */
final class StrayRemoval {
  private static final int MAX_ASKED = 4096;
  private static final int DELETE_BYTES = 64;

  private final Cluster.Open at;
  private final int database;
  private final LongSupplier micros;
  private final Presence presence;
  private final Counters<SinkCounter> counters;

  /**
   * @param micros gives a write timestamp above those of all batches applied and below those to
   *     come
   */
  StrayRemoval(
      Cluster.Open at,
      int database,
      LongSupplier micros,
      Presence presence,
      Counters<SinkCounter> counters) {
    this.at = at;
    this.database = database;
    this.micros = micros;
    this.presence = presence;
    this.counters = counters;
  }

  /** The number of keys removed; blocks. */
  long run(List<Key> keys) {
    long removed = 0;
    for (int from = 0; from < keys.size(); from += MAX_ASKED) {
      List<Key> asked = keys.subList(from, Math.min(from + MAX_ASKED, keys.size()));
      long time = micros.getAsLong();
      BitSet present = presence.present(asked).toCompletableFuture().join();
      removed += remove(asked, present, time);
    }
    return removed;
  }

  private int remove(List<Key> asked, BitSet present, long time) {
    Writer.Group group = at.writer().group();
    int gone = 0;
    for (int i = 0; i < asked.size(); i++) {
      if (!present.get(i)) {
        Work work = new Work();
        for (Trace trace : Trace.TABLES) {
          work.add(
              at.statements()
                  .delete(trace, database, ChangeWriter.typedKey(asked.get(i).bytes()), time),
              DELETE_BYTES);
        }
        group.send(work.statement(), work.bytes());
        gone++;
      }
    }
    group.await();
    counters.add(SinkCounter.STRAYS_REMOVED, gone);
    return gone;
  }
}
