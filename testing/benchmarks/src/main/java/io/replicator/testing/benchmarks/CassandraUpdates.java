package io.replicator.testing.benchmarks;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.replicator.testing.cassandra.CassandraServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Random keys changed at a pace: by the bare loop, and in Redis with Replicator behind it. */
final class CassandraUpdates {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String PROBE = "probe";

  private final LiveWriter writer;
  private final BareCassandra bare;
  private final CassandraServer cassandra;
  private final double seconds;
  private final int perSecond;
  private final Figures figures = new Figures("bare loop", "Replicator");
  private double bareUpdates = Double.NaN;
  private double bareCassandraCpu = Double.NaN;

  CassandraUpdates(
      LiveWriter writer,
      BareCassandra bare,
      CassandraServer cassandra,
      double seconds,
      int perSecond) {
    this.writer = writer;
    this.bare = bare;
    this.cassandra = cassandra;
    this.seconds = seconds;
    this.perSecond = perSecond;
  }

  Figures figures() {
    return figures;
  }

  void bare(PreparedStatement insert, int keys) {
    double cpu = cassandra.cpuSeconds();
    bareUpdates = bare.update(insert, keys, seconds, perSecond);
    bareCassandraCpu = (cassandra.cpuSeconds() - cpu) / (bareUpdates * seconds) * 1e6;
  }

  void replicator(Program hub, Program client, String keyspace) throws InterruptedException {
    double liveBefore = client.status("liveKeys");
    double bytesBefore = hub.status("wireBytes");
    double clientCpu = client.cpuSeconds();
    double hubCpu = hub.cpuSeconds();
    double cassandraCpu = cassandra.cpuSeconds();
    List<Double> lags = Collections.synchronizedList(new ArrayList<>());
    long begun = System.nanoTime();
    CompletableFuture<Void> probe = CompletableFuture.runAsync(() -> probe(begun, lags, keyspace));
    long written = writer.write(seconds, perSecond);
    double wrote = (System.nanoTime() - begun) / 1e9;
    double applied = client.status("liveKeys") - liveBefore;
    double millions = applied / 1e6;
    double bytes = hub.status("wireBytes") - bytesBefore;
    clientCpu = client.cpuSeconds() - clientCpu;
    hubCpu = hub.cpuSeconds() - hubCpu;
    cassandraCpu = cassandra.cpuSeconds() - cassandraCpu;
    probe.join();
    Collections.sort(lags);
    figures.add("updates written", "1/s", bareUpdates, written / wrote);
    figures.add("rows applied", "1/s", bareUpdates, applied / wrote);
    figures.add("lag, median", "ms", Double.NaN, lags.get(lags.size() / 2));
    figures.add("lag, most", "ms", Double.NaN, lags.getLast());
    figures.add("bytes on the link", "MB", Double.NaN, bytes / 1e6);
    figures.add("CPU of the client", "s for a million rows", Double.NaN, clientCpu / millions);
    figures.add("CPU of the hub", "s for a million rows", Double.NaN, hubCpu / millions);
    figures.add(
        "CPU of Cassandra", "s for a million rows", bareCassandraCpu, cassandraCpu / millions);
    figures.add("memory of the client at most", "MB", Double.NaN, client.peakMegabytes());
  }

  /** Writes a key and looks for it in Cassandra, again and again until the time is over. */
  private void probe(long begun, List<Double> lags, String keyspace) {
    PreparedStatement select = bare.select(keyspace);
    try (RespClient redis = new RespClient(writer.port())) {
      for (int i = 0; System.nanoTime() - begun < seconds * 1e9; i++) {
        String value = Integer.toString(i);
        long sent = System.nanoTime();
        redis.call("SET", PROBE, value);
        while (!bare.value(select, PROBE).equals(value)) {
          if (System.nanoTime() - sent > LIMIT.toNanos()) {
            throw new IllegalStateException("the probe did not arrive");
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        lags.add((System.nanoTime() - sent) / 1e6);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }
}
