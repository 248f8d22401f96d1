/**
 * An independent judge of a copy: does the target hold what the source holds?
 *
 * <p>Takes connections to a source and a target Redis and the rules by which keys correspond
 * (databases, prefix, patterns). Gives a {@link io.replicator.command.compare.Comparison}: how many
 * keys differ, by kind, with examples. It reads both sides in its own way and shares no code with
 * the hub's reader or the sink, whose work it judges. Runs on virtual threads of its own while the
 * caller waits; what it holds is bounded but for 8 bytes a key. When it fails: {@link
 * io.replicator.command.compare.CompareException} says which side could not be read and why.
 */
@NullMarked
package io.replicator.command.compare;

import org.jspecify.annotations.NullMarked;
