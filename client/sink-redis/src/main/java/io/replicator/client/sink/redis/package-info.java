/**
 * Applies batches to a Redis: the adapter behind {@link io.replicator.api.Sink}.
 *
 * <p>Takes {@link io.replicator.api.Batch}es from the receiver, one at a time for each feed. Gives
 * them to the target in one MULTI/EXEC each, the cursor in it, so that data and cursor agree
 * whatever is killed when (invariant I4). Runs on the caller's thread and on the Redis library's
 * threads; the steps of one feed never overlap ({@link io.replicator.client.sink.redis.Turns}).
 * When it fails: the stage fails with a {@link io.replicator.api.SinkException} whose category says
 * what to do, nothing of the batch is at the target or all of it, and {@code open} makes ready
 * again.
 *
 * <pre>
 *   Batch -> BatchPlan (ValueWriter, PartWriter, ChainWriter, cursor) -> list of Command
 *         -> Transaction (MULTI, bounded window of queued commands, EXEC) -> every reply checked
 * </pre>
 */
@NullMarked
package io.replicator.client.sink.redis;

import org.jspecify.annotations.NullMarked;
