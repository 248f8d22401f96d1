/**
 * Finds out what two sets of (key, value, expiry) do not have in common, for bytes in proportion to
 * the difference: rateless invertible Bloom lookup tables (arXiv 2402.02668), and a digest that
 * proves the result.
 *
 * <p>Takes items (hashes of what is held) from hub delivery and from the client's receiver, and
 * runs of coded symbols from the wire. Gives runs of symbols to delivery; to the receiver the items
 * that only the hub has and those that only the client has. Runs on the caller's thread; nothing
 * here has a thread, a socket or a clock. When it fails: bytes that are no symbols are refused with
 * {@link io.replicator.link.reconcile.BadSymbols}; symbols that do not describe sets end in {@link
 * io.replicator.link.reconcile.Decoder.State#STUCK}, within bounds.
 */
@NullMarked
package io.replicator.link.reconcile;

import org.jspecify.annotations.NullMarked;
