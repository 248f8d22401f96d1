package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import io.replicator.api.Counters;
import io.replicator.api.SinkException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The session of a sink with its cluster, shared by all feeds: opened when the first feed is, its
 * schema checked, its statements prepared, its right to write tried out.
 */
final class Cluster implements AutoCloseable {
  /** Older than anything: a deletion at this time hides nothing. */
  private static final long NEVER_MICROS = 1;

  /** What is ready for use. */
  record Open(CqlSession session, Statements statements, Writer writer, NodeDowns downs) {}

  private final Connector connector;
  private final CassandraSinkSettings settings;
  private final Counters<SinkCounter> counters;
  private final ReentrantLock lock = new ReentrantLock();
  // Written under the lock.
  private volatile @Nullable Open open;
  private volatile boolean closed;

  Cluster(
      CassandraEndpoint endpoint, CassandraSinkSettings settings, Counters<SinkCounter> counters) {
    this.connector = new Connector(endpoint, settings.consistency());
    this.settings = settings;
    this.counters = counters;
  }

  String name() {
    return connector.name();
  }

  /** Blocks until it is open; the session reconnects by itself once it was. */
  Open open() {
    lock.lock();
    try {
      if (closed) {
        throw new SinkException(
            SinkException.Category.UNAVAILABLE, name() + ": the sink is closed");
      }
      Open ready = open;
      if (ready == null) {
        ready = opened();
        open = ready;
      }
      return ready;
    } finally {
      lock.unlock();
    }
  }

  private Open opened() {
    NodeDowns downs = new NodeDowns();
    CqlSession session = connector.open(downs);
    try {
      new Schema(name(), session, settings).ready();
      Open ready =
          new Open(
              session,
              new Statements(session, settings),
              new Writer(session, settings, counters),
              downs);
      tryRights(ready);
      return ready;
    } catch (RuntimeException e) {
      session.forceCloseAsync();
      throw e;
    }
  }

  /** A missing GRANT is found now and not with the first hash of the day. */
  private static void tryRights(Open ready) {
    ByteBuffer nothing = KeyText.encoded(new byte[0]);
    for (Trace trace : Trace.TABLES) {
      ready.session().execute(ready.statements().delete(trace, -1, nothing, NEVER_MICROS));
    }
  }

  @Override
  public void close() {
    closed = true;
    lock.lock();
    try {
      Open ready = open;
      open = null;
      if (ready != null) {
        ready.session().close();
      }
    } finally {
      lock.unlock();
    }
  }
}
