package io.replicator.hub.server;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.replicator.api.Source;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.delivery.HubCore;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.hub.source.redis.PlainSource;
import io.replicator.hub.source.redis.SourceSettings;
import io.replicator.hub.source.redis.VersionedSource;
import io.replicator.hub.web.WebService;
import io.replicator.hub.web.WebSettings;
import io.replicator.link.transport.netty.HttpServer;
import io.replicator.link.transport.netty.NettyLoop;
import io.replicator.link.transport.netty.QuicServer;
import io.replicator.link.transport.netty.QuicSettings;
import io.replicator.link.transport.netty.TcpServer;
import io.replicator.redis.RedisConnector;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running hub: sources, delivery, TCP and HTTP wired together. May be used from any thread. */
public final class HubServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HubServer.class);
  private static final Duration LOOP_LIMIT = Duration.ofSeconds(10);

  /** One core is left for the loop and the Redis library where there are several. */
  private static final int WORKERS = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  /** Of 512 KiB each: what follows would take processor time from a client that starts beside. */
  private static final int REHEARSED_BATCHES = 8;

  private final HubSettings settings;
  private final NettyLoop loop;
  private final HubCore core;
  private final TcpServer tcp;
  private final @Nullable HttpServer web;
  private final @Nullable QuicServer udp;
  private final int httpPort;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What was started, to be closed in reverse. */
  private final Deque<Part> parts = new ArrayDeque<>();

  private record Part(String name, AutoCloseable part) {}

  private HubServer(HubSettings settings) {
    this.settings = settings;
    InetSocketAddress address = settings.hubAddress();
    try {
      loop = started("loop", NettyLoop.start("hub"));
      ExecutorService workers = startWorkers();
      started("workers", workers::shutdownNow);
      RedisConnector redis = started("redis", new RedisConnector(settings.redis()));
      core =
          onLoop(() ->
              new HubCore(
                  loop,
                  workers,
                  settings.delivery(),
                  new AccessPolicy(settings.access(), settings.databases())));
      started("delivery", this::closeCore);
      for (ServedDatabase database : settings.databases()) {
        addDatabase(redis, database);
      }
      onLoop(() -> {
        core.rehearse(REHEARSED_BATCHES);
        return true;
      });
      udp = startUdp(); // before anybody can come who might want it
      tcp =
          started(
              "tcp",
              TcpServer.listen(loop, address, settings.tls(), settings.tcp(), core.acceptor()));
      web = startWeb(workers);
      httpPort = startHttp();
    } catch (RuntimeException e) {
      closeParts();
      throw e;
    }
  }

  /**
   * Starts a hub. A Redis that cannot be reached does not hinder it: the source tries again for
   * ever.
   *
   * @throws IllegalArgumentException if a setting cannot be used
   * @throws IllegalStateException if an address cannot be listened on
   */
  public static HubServer start(HubSettings settings) {
    HubServer hub = new HubServer(settings);
    LOG.atInfo()
        .addKeyValue("hub", settings.delivery().hubId())
        .addKeyValue("address", hub.address())
        .addKeyValue("tls", settings.tls() != null)
        .addKeyValue("redis", settings.redis().name())
        .log("hub listens");
    if (settings.isConfinedToLoopback()) {
      LOG.atWarn()
          .addKeyValue("address", hub.address())
          .log("without TLS certificates the hub can be reached from this machine only");
    }
    return hub;
  }

  /** All threads run at once: the first batch need not wait for one. */
  private static ExecutorService startWorkers() {
    ThreadPoolExecutor workers =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("hub-worker", true));
    workers.prestartAllCoreThreads();
    return workers;
  }

  /** Where clients connect, with the port it got. */
  public InetSocketAddress address() {
    return tcp.address();
  }

  /** The port for clients. */
  public int port() {
    return tcp.address().getPort();
  }

  /** The port for browsers and WebSockets, -1 = there is none. */
  public int webPort() {
    return web == null ? -1 : web.address().getPort();
  }

  /** The UDP port for datagrams, -1 = none are offered. */
  public int udpPort() {
    return udp == null ? -1 : udp.address().getPort();
  }

  /** The port of the HTTP endpoint, -1 = there is none. */
  public int httpPort() {
    return httpPort;
  }

  /** How things stand. */
  public HubStatus status() {
    return onLoop(core::status);
  }

  /** Whether every database's first scan is complete. */
  public boolean isReady() {
    return onLoop(core::isReady);
  }

  /**
   * Caps clients anew, those that are here too.
   *
   * @return how many of these get other caps than before
   */
  public int capWith(CapRules caps) {
    return onLoop(() -> core.capWith(caps));
  }

  /** Ends the hub, after clients have got what is on its way if the settings say so. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    tcp.close();
    if (web != null) {
      web.close();
    }
    if (settings.drainTimeout().isPositive()) {
      drain();
    }
    closeParts();
    LOG.atInfo().addKeyValue("hub", settings.delivery().hubId()).log("hub ended");
  }

  private void addDatabase(RedisConnector redis, ServedDatabase database) {
    SourceSettings capture = settings.source();
    Source source =
        database.versioned()
            ? new VersionedSource(redis, database.number(), capture)
            : new PlainSource(redis, database.number(), capture);
    onLoop(() -> {
      core.addDatabase(source, database.settings());
      return true;
    });
  }

  private @Nullable HttpServer startWeb(Executor workers) {
    WebListener listener = settings.web();
    if (listener == null) {
      return null;
    }
    InetSocketAddress at =
        listener
            .address()
            .resolve(
                settings.tls() != null || settings.insecure(),
                "give TLS certificates, or listen on loopback, or allow it with insecure");
    boolean open = settings.tls() == null && settings.access().isEmpty();
    WebService service =
        new WebService(
            core,
            loop,
            workers,
            new WebSettings(listener.origins(), open, settings.tls() != null),
            HubServer.class.getClassLoader());
    return started(
        "web",
        HttpServer.listen(
            loop,
            at,
            settings.tls(),
            settings.tcp().withMaxConnections(listener.maxConnections()),
            service));
  }

  private @Nullable QuicServer startUdp() {
    UdpListener at = settings.udp();
    if (at == null) {
      return null;
    }
    InetSocketAddress udp =
        at.address()
            .resolve(
                settings.tls() != null || settings.insecure(),
                "give TLS certificates, or listen on loopback, or allow it with insecure");
    String congestion = settings.tcp().congestionControl();
    boolean known = QuicSettings.CONGESTION_CONTROLS.contains(congestion);
    QuicSettings quic = QuicSettings.DEFAULTS;
    QuicServer server =
        started(
            "udp",
            QuicServer.listen(
                loop,
                udp,
                known ? quic.withCongestionControl(congestion) : quic,
                core.datagramAcceptor()));
    onLoop(() -> {
      core.offerDatagrams(server.port(), at.parity());
      core.countRefusedPackets(server::refused);
      return true;
    });
    LOG.atInfo().addKeyValue("address", server.address()).log("datagrams are offered");
    return server;
  }

  private int startHttp() {
    ListenAddress http = settings.http();
    if (http == null) {
      return -1;
    }
    InetSocketAddress address =
        http.resolve(settings.insecure(), "listen on loopback, or allow it with insecure");
    HttpEndpoint endpoint =
        started(
            "http", new HttpEndpoint(address, new HubPages(loop, core::status, tcp::turnedAway)));
    return endpoint.port();
  }

  private void drain() {
    LOG.atInfo()
        .addKeyValue("atMost", settings.drainTimeout())
        .log("clients get what is on its way to them");
    CompletableFuture<Void> drained = new CompletableFuture<>();
    loop.execute(() ->
        core.drain(settings.drainTimeout())
            .whenComplete((done, failure) -> drained.complete(null)));
    try {
      drained.get(settings.drainTimeout().plus(LOOP_LIMIT).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.atWarn().setCause(e).log("clients were not drained");
    }
  }

  private void closeCore() {
    onLoop(() -> {
      core.close();
      return true;
    });
  }

  private <T extends AutoCloseable> T started(String name, T part) {
    parts.addLast(new Part(name, part));
    return part;
  }

  private void closeParts() {
    for (Part part = parts.pollLast(); part != null; part = parts.pollLast()) {
      try {
        part.part().close();
      } catch (Exception e) {
        LOG.atWarn().addKeyValue("part", part.name()).setCause(e).log("a part did not end well");
      }
    }
  }

  /** What the task gives on the loop. */
  private <T> T onLoop(Supplier<T> task) {
    try {
      return CompletableFuture.supplyAsync(task, loop)
          .get(LOOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the hub's loop was asked", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the hub's loop does not answer within " + LOOP_LIMIT, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("the hub's loop failed", e);
    }
  }
}
