/**
 * What the parts of the way cost, each against a plain baseline in the same run, and what all of it
 * costs against Redis' own replication.
 *
 * <p>Takes JSON-like values from {@link io.replicator.testing.testkit.JsonValues}. Gives tables as
 * JSON and Markdown to the folder named on the command line (see the scripts {@code jmh} and {@code
 * loopback}). Runs on JMH's threads; {@code loopback} on its own and with processes. When it fails:
 * JMH says which benchmark, and the run ends with its error; {@code loopback} names the log.
 */
@NullMarked
package io.replicator.testing.benchmarks;

import org.jspecify.annotations.NullMarked;
