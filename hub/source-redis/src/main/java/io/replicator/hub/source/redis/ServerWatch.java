package io.replicator.hub.source.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.hub.source.redis.RedisSource.Session;
import io.replicator.redis.HostPort;
import io.replicator.redis.RedisAccessException;
import io.replicator.redis.RedisAccessException.Category;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.ServerInfo;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the server for what no hint tells of: flushes and swaps (by the server's own counters of
 * commands), an emptied database, another history, a master that is none any more.
 */
final class ServerWatch {
  /** Commands that change a whole database and notify nobody. */
  private static final Set<String> WHOLESALE =
      Set.of("flushdb", "flushall", "swapdb", "debug|reload", "debug", "restore-asking");

  private final Session session;
  private final RedisConnector connector;
  private long wholesaleCalls = -1;
  private long keys = -1;
  private ServerInfo server;
  private @Nullable CompletableFuture<HostPort> asked; // the sentinels' answer under way

  ServerWatch(Session session, RedisConnector connector) {
    this.session = session;
    this.connector = connector;
    this.server = session.readLink().server();
  }

  /** Why everything must be looked at again, or null. The first call only remembers. */
  @Nullable String look() throws InterruptedException {
    Object stats =
        session.calls().getIfAllowed(session.readLink().call(CommandType.INFO, "commandstats"));
    Object size = session.calls().getIfAllowed(session.readLink().call(CommandType.DBSIZE));
    long callsNow = stats == null ? -1 : wholesaleCalls(Calls.text(stats));
    long keysNow = size instanceof Long number ? number : -1;
    boolean flushed = wholesaleCalls >= 0 && callsNow != wholesaleCalls;
    boolean emptied = callsNow < 0 && keys > 0 && keysNow >= 0 && keysNow < keys / 2;
    wholesaleCalls = callsNow;
    keys = keysNow;
    return flushed ? "flush" : emptied ? "emptied" : null;
  }

  /** Whether the server tells its counters; if not, flushes are seen by DBSIZE only. */
  boolean seesFlushes() {
    return wholesaleCalls >= 0;
  }

  /** "failover" if the history is another one now; fails if the server is no master any more. */
  @Nullable String lookAtRole() throws InterruptedException {
    ServerInfo now = session.calls().get(session.readLink().serverNow());
    boolean another = now.isAnotherThan(server);
    server = now;
    if (now.role() == ServerInfo.Role.REPLICA) {
      throw new RedisAccessException(
          Category.NOT_MASTER, "Redis " + session.readLink().address() + " is a replica now");
    }
    askSentinels();
    return another ? "failover" : null;
  }

  private void askSentinels() {
    if (!connector.endpoint().isSentinel()) {
      return;
    }
    CompletableFuture<HostPort> answer = asked;
    if (answer == null) {
      asked = connector.masterBySentinel().toCompletableFuture();
    } else if (answer.isDone()) {
      asked = null;
      if (!answer.isCompletedExceptionally()
          && !answer.join().equals(session.readLink().address())) {
        throw new RedisAccessException(
            Category.NOT_MASTER,
            "the sentinels name "
                + answer.join()
                + " as master instead of "
                + session.readLink().address());
      }
    }
  }

  /** Proves that the hint connection is alive. */
  void ping() throws InterruptedException {
    session.calls().get(session.hintLink().pubSub().async().ping());
  }

  private static long wholesaleCalls(String stats) {
    long sum = 0;
    for (Map.Entry<String, String> line : ServerInfo.fields(stats).entrySet()) {
      String name = line.getKey();
      if (name.startsWith("cmdstat_") && WHOLESALE.contains(name.substring(8))) {
        String calls = line.getValue().split(",", 2)[0];
        sum += Long.parseLong(calls.substring(calls.indexOf('=') + 1));
      }
    }
    return sum;
  }
}
