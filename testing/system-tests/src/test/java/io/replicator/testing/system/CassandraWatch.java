package io.replicator.testing.system;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.Row;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads the witnesses of {@link RandomWorkload} in the table strings of a Cassandra all the time
 * and notes whatever went back (I3), as {@link BackwardsWatch} does at a Redis.
 */
final class CassandraWatch implements AutoCloseable {
  private static final int ONCE_KEYS = 300;

  private final int port;
  private final String query;
  private final List<String> keys = new ArrayList<>(RandomWorkload.counterKeys());
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Map<String, Long> greatest = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Set<String> gone = new HashSet<>();
  private final AtomicLong reads = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  CassandraWatch(int port, String keyspace) {
    this.port = port;
    this.query = "SELECT key, value FROM " + keyspace + ".strings WHERE db = 0 AND key IN ?";
    for (int i = 0; i < ONCE_KEYS; i++) {
      keys.add("once:" + i);
    }
    this.thread = Thread.ofPlatform().name("cassandra-watch").start(this::watch);
  }

  /** What went back, empty = nothing. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** How many times all witnesses were read. */
  long reads() {
    return reads.get();
  }

  /** A session with a server of the tests. */
  static CqlSession session(int port) {
    return CqlSession.builder()
        .addContactPoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .withLocalDatacenter("datacenter1")
        .build();
  }

  private void watch() {
    while (!closed) {
      try (CqlSession session = session(port)) {
        var prepared = session.prepare(query);
        while (!closed) {
          Map<String, String> found = new HashMap<>();
          for (Row row : session.execute(prepared.bind(keys))) {
            found.put(row.getString(0), String.valueOf(row.getString(1)));
          }
          check(found);
          reads.incrementAndGet();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
      } catch (DriverException e) {
        // The target is down or has no tables yet: look again soon.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }

  private void check(Map<String, String> found) {
    for (String key : keys) {
      String value = found.get(key);
      if (key.startsWith("once:")) {
        checkOnce(key, value != null);
      } else if (value != null) {
        long now = Long.parseLong(value);
        Long before = greatest.put(key, now);
        if (before != null && before > now) {
          complaints.add(key + " went back from " + before + " to " + now);
        }
      }
    }
  }

  private void checkOnce(String key, boolean there) {
    if (there) {
      seen.add(key);
      if (gone.contains(key)) {
        complaints.add(key + " is there again");
      }
    } else if (seen.contains(key)) {
      gone.add(key);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
