/**
 * Feeds, rounds, batches and sessions: what is sent to whom, and when.
 *
 * <p>Takes hints and values from a {@link io.replicator.api.Source}, positions from the {@link
 * io.replicator.hub.index.ChangeIndex} and demand (Hello, Ack, KeyQuery, writability) from {@link
 * io.replicator.link.transport.Connection}s. Gives blocks of shared, encoded batches to those
 * connections, in the order of the {@link io.replicator.hub.qos.BlockScheduler}. Runs on the hub's
 * {@link io.replicator.link.transport.Loop}; reading values is asynchronous, encoding and
 * compressing run on workers and come back. When it fails: a protocol violation ends its own
 * connection with a reason; a source that cannot be read is asked again; a feed whose history is
 * gone starts again from a snapshot.
 *
 * <pre>
 *   Source ─hints→ SourceInbox ─→ DatabaseState (ChangeIndex)
 *                                      │ version moved
 *   Ack, onWritable → SubscriberSession → Feed ─→ BatchCache ─→ BatchBuild (choose, read, encode)
 *                          ↑                 ↓
 *                    BlockScheduler  ←──  LaneQueue (at most one batch, backfill two)
 * </pre>
 */
@NullMarked
package io.replicator.hub.delivery;

import org.jspecify.annotations.NullMarked;
