/**
 * What the parts of the way cost, each against a plain baseline in the same run.
 *
 * <p>Takes JSON-like values from {@link io.replicator.testing.testkit.JsonValues}. Gives tables as
 * JSON and Markdown to the folder named on the command line (see the script {@code jmh}). Runs on
 * JMH's threads. When it fails: JMH says which benchmark, and the run ends with its error.
 */
@NullMarked
package io.replicator.testing.benchmarks;

import org.jspecify.annotations.NullMarked;
