/**
 * The contracts between the middle steps and whatever carries frames, or HTTP requests.
 *
 * <p>Takes {@link io.replicator.link.wire.Frame}s from hub delivery and client receiver, and from
 * the far end. Gives them to the other side in order and whole. Runs on the {@link
 * io.replicator.link.transport.Loop} that the connection belongs to: every call in and every call
 * back is on it. When it fails: the listener hears {@code onClosed} once, with the reason.
 */
@NullMarked
package io.replicator.link.transport;

import org.jspecify.annotations.NullMarked;
