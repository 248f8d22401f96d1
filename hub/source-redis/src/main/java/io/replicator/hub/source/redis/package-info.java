/**
 * Changes out of a Redis: hints that keys may have changed, and their values when asked for.
 *
 * <p>Takes keyspace notifications, tracking pushes or the application's version chain from a Redis.
 * Gives hints and scans to an {@link io.replicator.api.Source.Listener}, and values to whoever
 * reads. Runs on one thread per database, which alone calls the listener; replies and pushes come
 * on the Redis library's threads and are handed over. When it fails: whatever breaks ends the
 * session; a new one connects and repairs by a scan (plain) or by the chain (versioned). A gap is
 * never silent.
 */
@NullMarked
package io.replicator.hub.source.redis;

import org.jspecify.annotations.NullMarked;
