@NullMarked
package io.replicator.client.sink.cassandra;

import org.jspecify.annotations.NullMarked;
