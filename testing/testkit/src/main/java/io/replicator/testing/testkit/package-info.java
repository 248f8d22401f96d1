/**
 * What tests stand on: real servers in temporary folders on free loopback ports, links that break
 * on demand, seeds that are printed.
 *
 * <p>Takes nothing from the product. Gives servers and faults to the tests of every module. Runs on
 * the test's thread. When it fails: the test fails with the server's last log lines.
 */
@NullMarked
package io.replicator.testing.testkit;

import org.jspecify.annotations.NullMarked;
