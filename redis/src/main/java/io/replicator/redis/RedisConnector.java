package io.replicator.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.replicator.redis.RedisAccessException.Category;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens links to an endpoint. Where the master is, is found out anew at each opening: addresses are
 * tried in order, sentinels are asked in order, and what answers must be a master. Thread-safe.
 */
public final class RedisConnector implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisConnector.class);
  private static final int CLOSE_SECONDS = 5;

  private final RedisEndpoint endpoint;
  private final RedisClient client;
  private final AtomicBoolean closed = new AtomicBoolean();

  public RedisConnector(RedisEndpoint endpoint) {
    this.endpoint = endpoint;
    this.client = RedisClient.create(SharedResources.acquire());
    client.setOptions(options(endpoint));
  }

  public RedisEndpoint endpoint() {
    return endpoint;
  }

  /** A link to the master with this database selected; fails with {@link RedisAccessException}. */
  public CompletionStage<RedisLink> open(int database) {
    return openFirst(address -> connect(address, database, false));
  }

  /** Like {@link #open}, for a link that takes subscriptions and pushes. */
  public CompletionStage<RedisLink> openForPushes(int database) {
    return openFirst(address -> connect(address, database, true));
  }

  /** Waits for {@link #open} or {@link #openForPushes}; fails with {@link RedisAccessException}. */
  public RedisLink await(CompletionStage<RedisLink> opening) {
    Duration limit = endpoint.connectTimeout().multipliedBy(2L * endpoint.addresses().size() + 1);
    CompletableFuture<RedisLink> future = opening.toCompletableFuture();
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      var _ = future.thenAccept(RedisLink::close); // nobody waits for it any more
      throw new RedisAccessException(
          Category.UNREACHABLE,
          "Redis " + endpoint.name() + " did not answer within " + limit.toMillis() + " ms",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var _ = future.thenAccept(RedisLink::close);
      throw new RedisAccessException(
          Category.UNREACHABLE, "connecting to Redis " + endpoint.name() + " was interrupted", e);
    } catch (ExecutionException e) {
      throw AccessErrors.of(endpoint.name(), e);
    }
  }

  /** The present master as the first answering sentinel names it, without connecting to it. */
  public CompletionStage<HostPort> masterBySentinel() {
    if (!endpoint.isSentinel()) {
      throw new IllegalStateException(endpoint.name() + " has no sentinels");
    }
    return firstOf(endpoint.addresses(), 0, new ArrayList<>(), this::askSentinel);
  }

  private CompletionStage<RedisLink> openFirst(
      Function<HostPort, CompletableFuture<RedisLink>> connect) {
    return endpoint.isSentinel()
        ? firstOf(
            endpoint.addresses(),
            0,
            new ArrayList<>(),
            sentinel -> askSentinel(sentinel).thenCompose(connect).thenApply(this::watched))
        : firstOf(endpoint.addresses(), 0, new ArrayList<>(), connect);
  }

  private RedisLink watched(RedisLink link) {
    MasterWatch.start(link, this::masterBySentinel, client.getResources().eventExecutorGroup());
    return link;
  }

  /** The first attempt that succeeds; if none does, one error with what each said. */
  private static <T> CompletableFuture<T> firstOf(
      List<HostPort> addresses,
      int at,
      List<RedisAccessException> errors,
      Function<HostPort, CompletableFuture<T>> attempt) {
    HostPort address = addresses.get(at);
    return attempt
        .apply(address)
        .exceptionallyCompose(error -> {
          errors.add(AccessErrors.of(address.toString(), error));
          return at + 1 < addresses.size()
              ? firstOf(addresses, at + 1, errors, attempt)
              : CompletableFuture.failedFuture(allOf(errors));
        });
  }

  private static RedisAccessException allOf(List<RedisAccessException> errors) {
    RedisAccessException first = errors.getFirst();
    if (errors.size() == 1) {
      return first;
    }
    String texts =
        errors.stream().map(RedisAccessException::getMessage).collect(Collectors.joining("; "));
    return new RedisAccessException(errors.getLast().category(), texts, first);
  }

  private CompletableFuture<RedisLink> connect(HostPort address, int database, boolean pushes) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(
          new RedisAccessException(Category.UNREACHABLE, "the connector is closed"));
    }
    RedisURI uri = uri(address, endpoint.login());
    uri.setDatabase(database);
    CompletableFuture<? extends StatefulRedisConnection<byte[], byte[]>> connecting =
        pushes
            ? client.connectPubSubAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture()
            : client.connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture();
    return connecting.thenCompose(connection -> checked(connection, address, database));
  }

  private CompletableFuture<RedisLink> checked(
      StatefulRedisConnection<byte[], byte[]> connection, HostPort address, int database) {
    return ServerCheck.check(connection, address, database)
        .orTimeout(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((link, error) -> {
          if (error != null) {
            var _ = connection.closeAsync();
          }
        });
  }

  private CompletableFuture<HostPort> askSentinel(HostPort sentinel) {
    RedisURI uri = uri(sentinel, endpoint.sentinelLogin());
    String master = String.valueOf(endpoint.sentinelMaster());
    return client
        .connectSentinelAsync(StringCodec.UTF8, uri)
        .thenCompose(connection -> masterAddress(connection, master, sentinel));
  }

  private CompletableFuture<HostPort> masterAddress(
      StatefulRedisSentinelConnection<String, String> connection,
      String master,
      HostPort sentinel) {
    return connection
        .async()
        .getMasterAddrByName(master)
        .toCompletableFuture()
        .orTimeout(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((address, error) -> closeQuietly(connection))
        .thenApply(address -> known(address, master, sentinel));
  }

  private static void closeQuietly(StatefulRedisSentinelConnection<?, ?> connection) {
    var _ = connection.closeAsync();
  }

  private static HostPort known(@Nullable SocketAddress address, String master, HostPort sentinel) {
    if (address instanceof InetSocketAddress internet) {
      return new HostPort(internet.getHostString(), internet.getPort());
    }
    throw new RedisAccessException(
        Category.NOT_MASTER,
        "sentinel " + sentinel + " knows no master '" + master + "': check the master's name");
  }

  private RedisURI uri(HostPort address, RedisEndpoint.Login login) {
    RedisURI uri = new RedisURI(address.host(), address.port(), endpoint.connectTimeout());
    uri.setClientName(endpoint.clientName());
    RedisTls tls = endpoint.tls();
    if (tls != null) {
      uri.setSsl(true);
      uri.setVerifyPeer(tls.verifyName() ? SslVerifyMode.FULL : SslVerifyMode.CA);
    }
    if (!login.user().isEmpty()) {
      uri.setAuthentication(login.user(), login.password().reveal());
    } else if (!login.password().isNone()) {
      uri.setAuthentication(login.password().reveal());
    }
    return uri;
  }

  private static ClientOptions options(RedisEndpoint endpoint) {
    ClientOptions.Builder options =
        ClientOptions.builder()
            .autoReconnect(false)
            // a large EXEC may take its time; who waits sets a limit of its own
            .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(endpoint.connectTimeout())
                    .keepAlive(true)
                    .build());
    RedisTls tls = endpoint.tls();
    if (tls != null) {
      SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
      if (tls.authority() != null) {
        ssl.trustManager(tls.authority().toFile());
      }
      if (tls.certificate() != null && tls.key() != null) {
        ssl.keyManager(tls.certificate().toFile(), tls.key().toFile(), new char[0]);
      }
      options.sslOptions(ssl.build());
    }
    return options.build();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // the library's own shutdown waits without an end for links that were being opened
      CompletableFuture<Void> ended = client.shutdownAsync(0, 2, TimeUnit.SECONDS);
      try {
        ended.get(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        LOG.debug("links to {} did not end in order", endpoint, e);
      }
      SharedResources.release();
    }
  }
}
