/**
 * Applies batches to a Cassandra: the adapter behind {@link io.replicator.api.Sink}.
 *
 * <p>Takes {@link io.replicator.api.Batch}es from the receiver, one at a time for each feed. Gives
 * them to typed tables, or to tables of the user's own, with write timestamps that only grow; the
 * cursor follows when every write of the batch is acknowledged (invariant I4). Runs on virtual
 * threads, one for each batch, and on the driver's threads. When it fails: the stage fails with a
 * {@link io.replicator.api.SinkException} whose category says what to do; what was written already
 * is written again with the same outcome, and {@code open} makes ready again.
 *
 * <pre>
 *   Batch -> ChangeWriter (TypedRows, MappedTable, DeadLetters; KeyTraces say what must go)
 *         -> Work (statements of one partition) -> Writer (bounded window, back-off) -> cursor
 * </pre>
 */
@NullMarked
package io.replicator.client.sink.cassandra;

import org.jspecify.annotations.NullMarked;
