/**
 * Tests of the whole: real processes, real Redis, real faults.
 *
 * <p>Takes the product as its users get it. Gives the proof of the invariants I1 to I10 end to end.
 * Runs on the test's thread, beside the processes it starts. When it fails: it prints the seed, and
 * the last log lines of every process.
 */
@NullMarked
package io.replicator.testing.system;

import org.jspecify.annotations.NullMarked;
