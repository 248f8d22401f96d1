package io.replicator.command.cli;

import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.client.replica.Replica;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.server.HubServer;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The training run of the AOT cache: what hubs and clients do, all of it real, in one short
 * process. Java notes which classes were loaded and which methods were hot; later starts begin with
 * that. The launcher runs it after a build and for {@code replicator prepare}; its exit code says
 * whether it came to its end.
 *
 * <pre>
 *   keys → source Redis → HubServer ── loopback ── Replica → target Redis
 *            load, again into the full target, changes, compare, pages over HTTP
 *            a Cassandra that hangs up
 * </pre>
 */
public final class Training {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int KEYS = 60_000;
  private static final int CHANGES = 10_000;
  private static final int LOADS = 3;
  private static final long SEED = 1;
  private static final byte[] PROBE = "training:probe".getBytes(StandardCharsets.US_ASCII);

  private final RedisServer source;
  private final RedisServer target;
  private final String hub = "127.0.0.1:" + freePort();

  private Training(RedisServer source, RedisServer target) {
    this.source = source;
    this.target = target;
  }

  public static void main(String[] args) {
    Thread.ofPlatform().daemon().name("training-limit").start(Training::endAtLimit);
    Logging.start("error", false);
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started()) {
      new Training(source, target).run();
    } catch (RuntimeException e) {
      System.err.println("replicator: training: " + e);
      System.exit(ExitCode.COULD_NOT);
    }
    System.exit(ExitCode.OK);
  }

  /** Whatever hangs: nobody waits longer for a cache that only saves seconds. */
  private static void endAtLimit() {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly); // the servers
    Runtime.getRuntime().halt(ExitCode.COULD_NOT);
  }

  private void run() {
    try (RedisConnector connector = new RedisConnector(RedisEndpoint.parse(source.address()));
        RedisLink link = connector.await(connector.open(0))) {
      DemoData data = new DemoData(link.connection().async(), KEYS, SEED);
      for (int i = 0; i < KEYS; i++) {
        data.load(i);
      }
      data.flush();
      load(data, link.connection().sync());
    }
  }

  private void load(DemoData data, RedisCommands<byte[], byte[]> redis) {
    Given hubGiven =
        given(
            "hub",
            "--databases=0",
            "--plaindb=0",
            "--redis=" + source.address(),
            "--hub=" + hub,
            "--http=127.0.0.1:" + freePort());
    try (HubServer running =
        HubServer.start(new HubMapping(hubGiven, new Secrets(Map.of())).settings())) {
      for (int i = 0; i < LOADS; i++) {
        flushTarget();
        try (Replica replica = replica()) {
          replica.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
          change(data, redis);
          replica.status();
        }
      }
      try (Replica resumed = replica()) {
        resumed.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
      }
      get(running.httpPort(), "/status");
      get(running.httpPort(), "/metrics");
      compare();
      CassandraTraining.run();
    }
  }

  private Replica replica() {
    Given given =
        given(
            "client",
            "--databases=0",
            "--redis=" + target.address(),
            "--hub=" + hub,
            "--http=127.0.0.1:" + freePort());
    Secrets secrets = new Secrets(Map.of());
    ProgressLine progress = new ProgressLine(nowhere(), false, System::nanoTime);
    return Replica.start(
        new ClientMapping(given, secrets).settings(),
        new ClientCommand(given, secrets, nowhere(), progress).targets());
  }

  /** Small changes that come one by one, then the last of them at the target. */
  private void change(DemoData data, RedisCommands<byte[], byte[]> redis) {
    for (int i = 0; i < CHANGES; i++) {
      data.change();
      if (i % 100 == 0) {
        data.flush();
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    data.flush();
    byte[] last = Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
    redis.set(PROBE, last);
    onTarget(to -> {
      while (!Arrays.equals(last, to.get(PROBE))) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    });
  }

  private void flushTarget() {
    onTarget(RedisCommands::flushall);
  }

  private void onTarget(Consumer<RedisCommands<byte[], byte[]>> action) {
    try (RedisConnector connector = new RedisConnector(RedisEndpoint.parse(target.address()));
        RedisLink link = connector.await(connector.open(0))) {
      action.accept(link.connection().sync());
    }
  }

  private void compare() {
    Given given =
        given(
            "compare",
            "--databases=0",
            "--source=" + source.address(),
            "--target=" + target.address(),
            "--wait=5s");
    ProgressLine progress = new ProgressLine(nowhere(), false, System::nanoTime);
    int code = new CompareCommand(given, new Secrets(Map.of()), nowhere(), progress).run();
    if (code != ExitCode.OK) {
      throw new IllegalStateException("the copy differs, compare ended with " + code);
    }
  }

  private static void get(int port, String path) {
    try (InputStream answer = URI.create("http://127.0.0.1:" + port + path).toURL().openStream()) {
      answer.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Given given(String... words) {
    return switch (CommandLines.parse(words)) {
      case CommandLines.Request.Run(Given given) -> given;
      case CommandLines.Request.Show show ->
          throw new IllegalStateException("not to be run: " + List.of(words));
    };
  }

  private static PrintStream nowhere() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
