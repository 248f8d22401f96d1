package io.replicator.client.replica;

import io.replicator.api.Sink;
import io.replicator.link.codec.DecodeRehearsal;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.netty.NettyLoop;
import io.replicator.link.transport.netty.QuicClient;
import io.replicator.link.transport.netty.QuicSettings;
import io.replicator.link.transport.netty.TcpClient;
import io.replicator.link.transport.netty.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running client: one hub at a time, its feeds, one or several targets. It connects for ever and
 * goes on from the cursors that its targets hold. Thread-safe.
 */
public final class Replica implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(5);

  private final NettyLoop loop;
  private final ExecutorService decoders;
  private final ReplicaCore core;
  private final List<Sink> sinks;
  private final @Nullable StatusEndpoint endpoint;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Replica(
      NettyLoop loop,
      ExecutorService decoders,
      ReplicaSettings settings,
      List<ReplicaCore.Hub> hubs,
      List<Sink> sinks)
      throws IOException {
    this.loop = loop;
    this.decoders = decoders;
    this.sinks = List.copyOf(sinks);
    this.core =
        new ReplicaCore(
            loop,
            decoders,
            settings,
            hubs,
            sinks,
            RandomGeneratorFactory.of("L64X128MixRandom").create(new SecureRandom().nextLong()));
    this.endpoint =
        settings.httpAddress().isEmpty()
            ? null
            : StatusEndpoint.start(settings.httpAddress(), this::status);
  }

  /**
   * Starts to copy into the targets, which are given away: they are closed with the replica.
   *
   * @throws IllegalArgumentException if the settings cannot be used
   */
  public static Replica start(ReplicaSettings settings, List<Sink> targets) {
    NettyLoop loop = NettyLoop.start("replicator-client");
    ExecutorService decoders =
        Executors.newFixedThreadPool(
            Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4),
            Thread.ofPlatform().daemon().name("replicator-decoder-", 1).factory());
    try {
      List<ReplicaCore.Hub> hubs = new ArrayList<>();
      for (HubAddress hub : settings.hubs()) {
        hubs.add(
            new ReplicaCore.Hub(
                hub.toString(), wayTo(hub, loop, settings), datagrams(hub, loop, settings)));
      }
      decoders.execute(DecodeRehearsal::run);
      Replica replica = new Replica(loop, decoders, settings, hubs, targets);
      replica.core.start();
      return replica;
    } catch (IOException e) {
      stop(loop, decoders);
      throw new UncheckedIOException(
          "status address " + settings.httpAddress() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      stop(loop, decoders);
      throw e;
    }
  }

  static TcpClient wayTo(HubAddress hub, NettyLoop loop, ReplicaSettings settings) {
    TlsSettings tls = settings.tlsTo(hub);
    return switch (hub.way()) {
      case TCP -> new TcpClient(loop, hub.host(), hub.port(), tls, settings.tcp());
      case HTTP, HTTPS -> TcpClient.ofWebSockets(loop, hub.host(), hub.port(), tls, settings.tcp());
    };
  }

  /** Beside TCP only: where HTTP has to do, UDP rarely gets through. */
  private static @Nullable DatagramConnector datagrams(
      HubAddress hub, NettyLoop loop, ReplicaSettings settings) {
    return switch (hub.way()) {
      case TCP -> settings.datagrams() ? new QuicClient(loop, QuicSettings.DEFAULTS) : null;
      case HTTP, HTTPS -> null;
    };
  }

  /**
   * Completes when every feed was loaded for the first time. Fails with {@link ReplicaFailed} if
   * the replica gives up, with {@link IllegalStateException} if it is closed before.
   */
  public CompletableFuture<Void> ready() {
    return core.ready().copy();
  }

  /**
   * Completes with the reason if the replica gives up, before or after it was {@link #ready}: every
   * target is broken, and coming back would not help.
   */
  public CompletableFuture<String> gaveUp() {
    return core.gaveUp().copy();
  }

  /** How it is doing now. */
  public ReplicaStatus status() {
    CompletableFuture<ReplicaStatus> status = new CompletableFuture<>();
    loop.execute(() -> status.complete(core.status()));
    try {
      return status.get(STATUS_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the status", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("no status within " + STATUS_LIMIT, e);
    }
  }

  /** The port of the status endpoint; 0 = there is none. */
  public int httpPort() {
    return endpoint == null ? 0 : endpoint.port();
  }

  /** Ends the session after what is being applied, then closes the targets. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (endpoint != null) {
      endpoint.close();
    }
    try {
      core.close().get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().addKeyValue("limit", CLOSE_LIMIT).log("targets did not finish in time");
    }
    sinks.forEach(Sink::close);
    stop(loop, decoders);
  }

  private static void stop(NettyLoop loop, ExecutorService decoders) {
    loop.close();
    decoders.shutdownNow();
  }
}
