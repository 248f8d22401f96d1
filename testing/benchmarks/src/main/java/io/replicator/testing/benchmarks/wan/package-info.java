/**
 * Replicator against Redis' own replication over bad links, scenario by scenario.
 *
 * <p>Takes an emulated link from {@code testing/wanlab}, real Redis servers and the program as its
 * launcher starts it, each in its network namespace; servers are watched by Unix sockets, so that
 * the link counts only what is measured. Gives tables, JSON and plots to a folder. Runs on its own
 * threads. When it fails: a scenario ends with the reason and the folder of logs, the others run;
 * what was started is stopped on every path.
 */
@NullMarked
package io.replicator.testing.benchmarks.wan;

import org.jspecify.annotations.NullMarked;
