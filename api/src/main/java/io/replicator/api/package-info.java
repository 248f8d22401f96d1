/**
 * The words of the whole system and the two contracts at its ends.
 *
 * <p>Takes nothing from anybody. Gives {@link io.replicator.api.Change}, {@link
 * io.replicator.api.Value}, {@link io.replicator.api.Batch}, {@link io.replicator.api.QosLevel} and
 * the contracts {@link io.replicator.api.Source} and {@link io.replicator.api.Sink} to every other
 * module. Runs on no thread of its own: everything here is a value or an interface. When it fails:
 * a value that would be wrong cannot be constructed.
 */
@NullMarked
package io.replicator.api;

import org.jspecify.annotations.NullMarked;
