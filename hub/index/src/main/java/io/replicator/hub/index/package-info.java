/**
 * The change index: for every key of one database the version of its last change.
 *
 * <p>Takes hints, scan results and what reads found from hub delivery. Gives slots (rows) that
 * changed since a version, in slot order, to the cursors of hub delivery. Runs on the hub's loop
 * and nowhere else: nothing here is locked, and every call does a bounded piece of work, so
 * compaction never stops the loop. When it fails: a version that would go back or a slot that is
 * none is refused with {@link java.lang.IllegalArgumentException}; it fails in no other way but for
 * lack of memory.
 */
@NullMarked
package io.replicator.hub.index;

import org.jspecify.annotations.NullMarked;
