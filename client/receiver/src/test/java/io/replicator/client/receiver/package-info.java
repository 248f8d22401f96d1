@NullMarked
package io.replicator.client.receiver;

import org.jspecify.annotations.NullMarked;
