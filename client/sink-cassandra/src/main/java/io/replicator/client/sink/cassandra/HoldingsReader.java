package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.replicator.api.Holdings;
import io.replicator.api.ValueHash;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the typed tables hold: goes through one after the other in token order, page by page,
 * and hashes each key's rows as they come, so that no large partition is ever in memory. A dead
 * letter is told with the hash of the value that did not fit: the target has of it what it can.
 */
final class HoldingsReader {
  private static final int FIRST_PAGE_ROWS = 100;
  private static final int MOST_PAGE_ROWS = 2000;
  private static final long PAGE_BYTES = 1 << 20;
  private static final int TOLD_KEYS = 512;

  /** Rows of a key that are hashed together. */
  private static final int SLICE_ROWS = 256;

  private static final int ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofMillis(300);

  private final CqlSession session;
  private final CassandraSinkSettings settings;
  private final int database;
  private final Predicate<byte[]> concerns;
  private final int keysPerSecond;
  private final Holdings.Pages pages;
  private final long startNanos = System.nanoTime();
  private final List<byte[]> keys = new ArrayList<>(TOLD_KEYS);
  private final long[] hashes = new long[TOLD_KEYS];
  private long keysRead;
  private int pageRows = FIRST_PAGE_ROWS;
  private boolean stopped;
  private @Nullable Partition partition;

  /** The key whose rows are coming. */
  private static final class Partition {
    private final int database;
    private final ByteBuffer key;
    private final Row head;
    private final ValueHash hash = new ValueHash();
    private final List<Row> rows = new ArrayList<>();

    Partition(int database, ByteBuffer key, Row head) {
      this.database = database;
      this.key = key;
      this.head = head;
    }

    boolean has(int itsDatabase, ByteBuffer itsKey) {
      return database == itsDatabase && key.equals(itsKey);
    }
  }

  /**
   * @param concerns whether a key is told
   * @param keysPerSecond how many are read at most, those of other databases counted; 0 = no limit
   */
  HoldingsReader(
      CqlSession session,
      CassandraSinkSettings settings,
      int database,
      Predicate<byte[]> concerns,
      int keysPerSecond,
      Holdings.Pages pages) {
    this.session = session;
    this.settings = settings;
    this.database = database;
    this.concerns = concerns;
    this.keysPerSecond = keysPerSecond;
    this.pages = pages;
  }

  /** Blocks until everything is told, or no more is wanted. */
  void run() {
    for (Trace trace : Trace.TABLES) {
      read(trace);
    }
    tell();
  }

  private void read(Trace trace) {
    SimpleStatement query =
        SimpleStatement.newInstance("SELECT * FROM " + settings.keyspace() + "." + trace.table())
            .setConsistencyLevel(settings.readConsistency());
    ByteBuffer next = null;
    do {
      ResultSet page = page(query.setPageSize(pageRows).setPagingState(next));
      int rows = page.getAvailableWithoutFetching();
      long bytes = 0;
      for (int i = 0; i < rows && !stopped; i++) {
        Row row = page.one();
        if (row != null) {
          bytes += bytes(row);
          take(trace, row);
        }
      }
      pageRows = pageRowsAfter(rows, bytes);
      next = page.getExecutionInfo().getPagingState();
      pace();
    } while (next != null && !stopped);
    end(trace);
  }

  private ResultSet page(SimpleStatement query) {
    for (int attempt = 1; ; attempt++) {
      try {
        return session.execute(query);
      } catch (DriverException e) {
        if (attempt == ATTEMPTS || !Failures.isPassing(e) || session.isClosed()) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos() * attempt);
      }
    }
  }

  /** As many as make a page of the wanted size, if they are like those before. */
  private int pageRowsAfter(int rows, long bytes) {
    if (rows == 0) {
      return pageRows;
    }
    long fitting = PAGE_BYTES / Math.max(1, bytes / rows);
    return Math.clamp(Math.min(fitting, 2L * pageRows), 1, MOST_PAGE_ROWS);
  }

  private static long bytes(Row row) {
    long bytes = 0;
    for (int i = 0; i < row.size(); i++) {
      ByteBuffer column = row.getBytesUnsafe(i);
      bytes += column == null ? 0 : column.remaining();
    }
    return bytes;
  }

  private void take(Trace trace, Row row) {
    int its = row.getInt(0);
    ByteBuffer key = row.getBytesUnsafe(1);
    if (key == null) {
      return;
    }
    Partition open = partition;
    if (open == null || !open.has(its, key)) {
      end(trace);
      keysRead++;
      open = new Partition(its, key, row);
      partition = open;
    }
    if (its == database) {
      open.rows.add(row);
      if (open.rows.size() == SLICE_ROWS) {
        keysRead++;
        open.hash.add(TypedReads.value(trace, open.rows));
        open.rows.clear();
      }
    }
  }

  /** All rows of a key have come. */
  private void end(Trace trace) {
    Partition whole = partition;
    partition = null;
    if (whole == null || whole.database != database || stopped) {
      return;
    }
    byte[] key = KeyText.decode(whole.key);
    if (!concerns.test(key)) {
      return;
    }
    if (trace == Trace.DEAD_LETTER) {
      add(key, whole.head.getLong("value_hash"));
      return;
    }
    boolean writing =
        TypedScan.isCollection(trace)
            && !whole.head.isNull("complete")
            && !whole.head.getBoolean("complete");
    if (writing) {
      return; // not there yet
    }
    if (!whole.rows.isEmpty()) {
      whole.hash.add(TypedReads.value(trace, whole.rows));
    }
    Instant expires = whole.head.getInstant("expires_at");
    add(key, whole.hash.finish(expires == null ? 0 : expires.toEpochMilli()));
  }

  private void add(byte[] key, long hash) {
    hashes[keys.size()] = hash;
    keys.add(key);
    if (keys.size() == TOLD_KEYS) {
      tell();
    }
  }

  private void tell() {
    if (!keys.isEmpty() && !stopped) {
      stopped = !pages.page(new ArrayList<>(keys), Arrays.copyOf(hashes, keys.size()));
      keys.clear();
    }
  }

  /** Not before so many keys may have been read. */
  private void pace() {
    if (keysPerSecond > 0 && !stopped) {
      long due = startNanos + keysRead * TimeUnit.SECONDS.toNanos(1) / keysPerSecond;
      while (System.nanoTime() - due < 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
  }
}
