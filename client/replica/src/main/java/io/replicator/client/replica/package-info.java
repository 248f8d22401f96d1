/**
 * The client as a whole: it keeps sessions with a hub going for ever and feeds what they bring to
 * its targets. Also the Java API for applications.
 *
 * <p>Takes connections from {@code link/transport-netty} and batches from {@code client/receiver}.
 * Gives them to {@link io.replicator.api.Sink}s: those of {@code client/sink-redis}, a {@link
 * io.replicator.client.replica.LiveMap}, {@link io.replicator.client.replica.JsonLines}. Runs on
 * one loop of its own, with a few threads for decoding. When it fails: a lost hub is sought again
 * with back-off, a failing target is set aside and sought again; what only people can mend is said
 * once, clearly, and tried again slowly.
 */
@NullMarked
package io.replicator.client.replica;

import org.jspecify.annotations.NullMarked;
