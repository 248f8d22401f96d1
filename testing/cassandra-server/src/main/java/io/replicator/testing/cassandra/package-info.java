/**
 * A real Cassandra for tests and benchmarks.
 *
 * <p>Takes the server's jars from Maven (target/server) and a Java 17. Gives a {@link
 * io.replicator.testing.cassandra.CassandraServer} on 127.0.0.1. Runs as a process of its own. When
 * it fails: the error ends with the server's last log lines.
 */
@NullMarked
package io.replicator.testing.cassandra;

import org.jspecify.annotations.NullMarked;
