/**
 * Chooses which feed and lane writes the next block on a connection.
 *
 * <p>Takes the announcements of hub delivery that a source of blocks has something to send. Gives
 * hub delivery the source whose block goes next. Runs on the hub's loop, told the time by its
 * caller. When it fails: a source it does not know is refused with {@link
 * java.lang.IllegalArgumentException}; a source that turns out to have nothing is passed over.
 */
@NullMarked
package io.replicator.hub.qos;

import org.jspecify.annotations.NullMarked;
