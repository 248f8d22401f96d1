package io.replicator.testing.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import io.replicator.testing.testkit.JsonValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The driver alone: a loop that writes the rows that Replicator writes, as many at once. */
final class BareCassandra implements AutoCloseable {
  private static final int IN_FLIGHT = 1024;

  private final CqlSession session;
  private final JsonValues values = new JsonValues(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  BareCassandra(int port) {
    session =
        CqlSession.builder()
            .addContactPoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .withLocalDatacenter("datacenter1")
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder()
                    .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
                    .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(30))
                    .build())
            .build();
  }

  /** A keyspace with the table strings as Replicator makes it. */
  PreparedStatement prepared(String keyspace) {
    session.execute(
        "CREATE KEYSPACE IF NOT EXISTS "
            + keyspace
            + " WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
    session.execute(
        "CREATE TABLE IF NOT EXISTS "
            + keyspace
            + ".strings (db int, key text, value text, value_bytes blob, version bigint,"
            + " value_hash bigint, expires_at timestamp, PRIMARY KEY ((db, key)))");
    return session.prepare(
        "INSERT INTO "
            + keyspace
            + ".strings (db, key, value, value_bytes, version, value_hash, expires_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?");
  }

  /** Forgets a keyspace and all its files. */
  void drop(String keyspace) {
    session.execute("DROP KEYSPACE IF EXISTS " + keyspace);
  }

  /**
   * What it took to write each key once.
   *
   * @param all of all keys
   * @param late of the second half of them
   */
  record Took(Spent all, Spent late) {
    /** For {@link #parse}. */
    String line() {
      return String.join(
          " ",
          Double.toString(all.elapsed),
          Double.toString(late.elapsed),
          Double.toString(all.cpu),
          Double.toString(late.cpu));
    }

    static Took parse(String line) {
      double[] figures =
          Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
      return new Took(new Spent(figures[0], figures[2]), new Spent(figures[1], figures[3]));
    }
  }

  /** Seconds of the clock, and of the processors for this process. */
  record Spent(double elapsed, double cpu) {
    private static Spent untilNow() {
      return new Spent(System.nanoTime() / 1e9, CassandraRun.cpuSeconds(ProcessHandle.current()));
    }

    private Spent since(Spent before) {
      return new Spent(elapsed - before.elapsed, cpu - before.cpu);
    }
  }

  Took load(PreparedStatement insert, int keys) {
    Semaphore places = new Semaphore(IN_FLIGHT);
    Spent begun = Spent.untilNow();
    Spent half = begun;
    for (int i = 0; i < keys; i++) {
      if (i == keys / 2) {
        half = Spent.untilNow();
      }
      write(insert, places, JsonValues.key(i), values.value(i), i + 1L);
    }
    places.acquireUninterruptibly(IN_FLIGHT);
    requireNoFailure();
    Spent end = Spent.untilNow();
    return new Took(end.since(begun), end.since(half));
  }

  /** Writes random keys at a pace; how many a second were acknowledged. */
  double update(PreparedStatement insert, int keys, double seconds, int perSecond) {
    Semaphore places = new Semaphore(IN_FLIGHT);
    Random random = new Random(1);
    long begun = System.nanoTime();
    long end = begun + (long) (seconds * 1e9);
    long written = 0;
    while (System.nanoTime() - end < 0) {
      int key = random.nextInt(keys);
      write(insert, places, JsonValues.key(key), values.value(random.nextInt(4096)), written + 1);
      if (++written % 64 == 0) {
        LockSupport.parkNanos(begun + (long) (written * 1e9 / perSecond) - System.nanoTime());
      }
    }
    places.acquireUninterruptibly(IN_FLIGHT);
    requireNoFailure();
    return written / ((System.nanoTime() - begun) / 1e9);
  }

  private void write(
      PreparedStatement insert, Semaphore places, byte[] key, byte[] value, long version) {
    places.acquireUninterruptibly();
    long hash = ValueHash.of(new Value.StringValue(value), 0);
    session
        .executeAsync(
            insert
                .boundStatementBuilder()
                .setInt(0, 0)
                .setBytesUnsafe(1, ByteBuffer.wrap(key))
                .setBytesUnsafe(2, ByteBuffer.wrap(value))
                .setLong(4, version)
                .setLong(5, hash)
                .setLong(7, System.currentTimeMillis() * 1000)
                .setInt(8, 0)
                .build())
        .whenComplete((done, thrown) -> {
          if (thrown != null) {
            failure.compareAndSet(null, thrown);
          }
          places.release();
        });
  }

  private void requireNoFailure() {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a write failed", thrown);
    }
  }

  /** For {@link #value}. */
  PreparedStatement select(String keyspace) {
    return session.prepare("SELECT value FROM " + keyspace + ".strings WHERE db = 0 AND key = ?");
  }

  /** The value of one key, "" = none. */
  String value(PreparedStatement select, String key) {
    Row row = session.execute(select.bind(key)).one();
    return row == null ? "" : String.valueOf(row.getString(0));
  }

  @Override
  public void close() {
    session.close();
  }
}
