/**
 * What tests stand on: a loop with a virtual clock, links that break on demand, in memory and on
 * loopback ports, seeds that are printed.
 *
 * <p>Takes the transport's contract from the product. Gives servers and faults to the tests of
 * every module. Runs on the test's thread; the TCP proxy has threads of its own. When it fails: the
 * test fails and says why.
 */
@NullMarked
package io.replicator.testing.testkit;

import org.jspecify.annotations.NullMarked;
