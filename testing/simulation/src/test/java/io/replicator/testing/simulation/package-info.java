/**
 * Hub, link and clients on one thread with one virtual clock, from one seed.
 *
 * <p>Takes a seed: from it come the workload, the links and every fault. Gives the proof that the
 * invariants I1 to I9 hold during and after the run. Runs on the test's thread; nothing waits for
 * real time. When it fails: the failure names the seed, and the seed brings it back.
 */
@NullMarked
package io.replicator.testing.simulation;

import org.jspecify.annotations.NullMarked;
