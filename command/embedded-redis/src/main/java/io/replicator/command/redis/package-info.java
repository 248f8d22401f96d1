/**
 * A real Redis of one's own: for the demo on a machine that has none, and for tests.
 *
 * <p>Takes a redis-server from the PATH, or else the static one that a library carries. Gives a
 * server process on a free loopback port with its data in a temporary folder, stopped by handle.
 * Runs as a child process. When it fails: the error carries the server's own log.
 */
@NullMarked
package io.replicator.command.redis;

import org.jspecify.annotations.NullMarked;
