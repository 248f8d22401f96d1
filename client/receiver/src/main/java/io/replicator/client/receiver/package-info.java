/**
 * The client's side of a connection: from blocks to applied batches and back to acknowledgements.
 *
 * <p>Takes {@link io.replicator.link.wire.Frame}s from a {@link
 * io.replicator.link.transport.Connection} and cursors from whoever opened the sinks. Gives {@link
 * io.replicator.api.Batch}es, in order and without what is older than what is there (I3), to every
 * {@link io.replicator.api.Sink}, and acknowledgements to the hub. Runs on the client's {@link
 * io.replicator.link.transport.Loop}; only decompressing and decoding leave it, on an executor that
 * is given. When it fails: the session ends once, with a {@link
 * io.replicator.client.receiver.SessionEnd} that says why and whether to come back; a target that
 * fails is set aside and the session goes on with the others.
 */
@NullMarked
package io.replicator.client.receiver;

import org.jspecify.annotations.NullMarked;
