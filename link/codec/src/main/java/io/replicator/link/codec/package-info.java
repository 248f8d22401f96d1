/**
 * Between a {@link io.replicator.api.Batch} and the blocks on the wire: encode, compress, chunk,
 * and the same three backwards.
 *
 * <p>Takes batches from hub delivery and {@link io.replicator.link.wire.Block}s from the client's
 * receiver. Gives {@link io.replicator.link.codec.EncodedBatch}es and blocks to hub delivery, and
 * batches to the receiver. Runs on the caller's thread: encoding and compression on the hub's
 * workers, chunking and reassembly on a loop; nothing here has a thread, a socket or a clock. When
 * it fails: what came from the far end is refused with a {@link
 * io.replicator.link.codec.ProtocolException} that carries the {@link
 * io.replicator.link.codec.WireError} to answer with.
 */
@NullMarked
package io.replicator.link.codec;

import org.jspecify.annotations.NullMarked;
