package io.replicator.testing.system;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisBinary;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real sentinel that watches one master and makes another one when it is dead. */
final class SentinelServer implements AutoCloseable {
  static final String MASTER = "mymaster";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final int port;
  private final Process process;
  private final RedisClient client;
  private final Path log;

  private SentinelServer(RedisURI uri, Process process, Path log) {
    this.port = uri.getPort();
    this.process = process;
    this.log = log;
    this.client = RedisClient.create(uri);
  }

  /** Starts a sentinel whose one vote is enough, and waits until it knows the replica. */
  static SentinelServer watching(Path folder, RedisServer master) {
    int port = FreePort.next();
    return started(folder, RedisURI.create("127.0.0.1", port), "port " + port, master.port(), "");
  }

  /** The same over TLS only, and for those who know its password. */
  static SentinelServer watching(Path folder, SecuredRedis master, String password) {
    RedisURI uri =
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(FreePort.next())
            .withSsl(true)
            .withVerifyPeer(false)
            .withPassword(password.toCharArray())
            .build();
    String listening =
        "port 0\ntls-port %d\ntls-replication yes\nrequirepass %s\n%s"
            .formatted(uri.getPort(), password, master.tlsLines());
    return started(folder, uri, listening, master.tlsPort(), master.password());
  }

  private static SentinelServer started(
      Path folder, RedisURI uri, String listening, int masterPort, String masterPassword) {
    try {
      int port = uri.getPort();
      Path file = folder.resolve("sentinel-" + port + ".conf");
      Files.writeString(
          file,
          """
          %s
          bind 127.0.0.1
          dir %s
          sentinel monitor %s 127.0.0.1 %d 1
          sentinel down-after-milliseconds %s 1500
          sentinel failover-timeout %s 6000
          """
                  .formatted(listening, folder, MASTER, masterPort, MASTER, MASTER)
              + (masterPassword.isEmpty()
                  ? ""
                  : "sentinel auth-pass " + MASTER + " " + masterPassword + "\n"));
      Path log = folder.resolve("sentinel-" + port + ".log");
      Process process =
          new ProcessBuilder(RedisBinary.path().toString(), file.toString(), "--sentinel")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      SentinelServer sentinel = new SentinelServer(uri, process, log);
      sentinel.awaitReplica();
      return sentinel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  private void awaitReplica() {
    try {
      Await.until(LIMIT, "the sentinel knows the replica", this::knowsReplica);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    }
  }

  private boolean knowsReplica() {
    try (StatefulRedisSentinelConnection<String, String> sentinel = client.connectSentinel()) {
      return !sentinel.sync().replicas(MASTER).isEmpty();
    } catch (RedisException e) {
      return false; // not up yet
    }
  }

  /** The port of the master that it names now. */
  int masterPort() {
    try (StatefulRedisSentinelConnection<String, String> sentinel = client.connectSentinel()) {
      return ((InetSocketAddress) sentinel.sync().getMasterAddrByName(MASTER)).getPort();
    }
  }

  void awaitMaster(RedisServer server) {
    awaitMaster(server.port());
  }

  void awaitMaster(int masterPort) {
    try {
      Await.until(LIMIT, "the sentinel names " + masterPort, () -> masterPort() == masterPort);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    }
  }

  private String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("sentinel " + process.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
