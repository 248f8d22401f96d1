/**
 * One way to a Redis: addresses, Sentinel, TLS, users; and the typed, atomic reading of keys.
 *
 * <p>Takes a {@link io.replicator.redis.RedisEndpoint} from the settings of hub or client. Gives
 * {@link io.replicator.redis.RedisLink}s, each one open connection to a checked server, and pages
 * of values as {@link io.replicator.api.Source.Read}s to the sources and sinks. Runs on the Redis
 * library's threads, which all connectors of a process share; nothing here blocks them. When it
 * fails: a link that breaks is never mended here, its owner opens a new one; what is wrong with a
 * server is said by {@link io.replicator.redis.RedisAccessException} with a category.
 */
@NullMarked
package io.replicator.redis;

import org.jspecify.annotations.NullMarked;
