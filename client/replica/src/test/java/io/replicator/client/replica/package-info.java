@NullMarked
package io.replicator.client.replica;

import org.jspecify.annotations.NullMarked;
