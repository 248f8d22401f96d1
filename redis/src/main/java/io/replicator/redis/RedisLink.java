package io.replicator.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One open connection to one checked server. It is used until it breaks and never mended: pending
 * and later commands then fail, {@link #closed} completes, and the owner opens another one.
 */
public final class RedisLink implements AutoCloseable {
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final HostPort address;
  private final int database;
  private final ServerInfo server;
  private final Capabilities capabilities;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /**
   * What the server has beyond Redis 6.
   *
   * @param expireTime PEXPIRETIME (7.0)
   * @param fieldExpiry HPEXPIRETIME, HPEXPIREAT (7.4)
   */
  public record Capabilities(boolean expireTime, boolean fieldExpiry) {}

  RedisLink(
      StatefulRedisConnection<byte[], byte[]> connection,
      HostPort address,
      int database,
      ServerInfo server,
      Capabilities capabilities) {
    this.connection = connection;
    this.address = address;
    this.database = database;
    this.server = server;
    this.capabilities = capabilities;
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            closed.complete(null);
          }
        });
    if (!connection.isOpen()) {
      closed.complete(null);
    }
  }

  /** The connection itself, for commands that have a method in the library. */
  public StatefulRedisConnection<byte[], byte[]> connection() {
    return connection;
  }

  /** The connection as one that takes subscriptions; only of a link opened for that. */
  public StatefulRedisPubSubConnection<byte[], byte[]> pubSub() {
    if (connection instanceof StatefulRedisPubSubConnection<byte[], byte[]> pubSub) {
      return pubSub;
    }
    throw new IllegalStateException("the link to " + address + " was not opened for subscriptions");
  }

  public HostPort address() {
    return address;
  }

  /** The database selected when the link was opened. */
  public int database() {
    return database;
  }

  /** Who the server was when the link was opened. */
  public ServerInfo server() {
    return server;
  }

  public Capabilities capabilities() {
    return capabilities;
  }

  /** Completes when the connection is gone, whoever ended it. */
  public CompletionStage<Void> closed() {
    return closed;
  }

  public boolean isOpen() {
    return connection.isOpen() && !closed.isDone();
  }

  /**
   * Sends a command.
   *
   * @param arguments {@code byte[]}, String or Long each
   * @return the reply as it came: {@code byte[]}, Long, Double, Boolean, {@code Object[]} (maps
   *     flattened) or null; an error reply fails the stage with the library's exception
   */
  public CompletableFuture<@Nullable Object> call(ProtocolKeyword command, Object... arguments) {
    return call(command, arguments(arguments));
  }

  CompletableFuture<@Nullable Object> call(
      ProtocolKeyword command, CommandArgs<byte[], byte[]> arguments) {
    AsyncCommand<byte[], byte[], @Nullable Object> sent =
        new AsyncCommand<>(new Command<>(command, new ReplyOutput(), arguments));
    synchronized (this) { // not into another caller's MULTI … EXEC
      connection.dispatch(sent);
    }
    return sent;
  }

  static CommandArgs<byte[], byte[]> arguments(Object... arguments) {
    CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    for (Object argument : arguments) {
      if (argument instanceof byte[] bytes) {
        args.add(bytes);
      } else if (argument instanceof Number number) {
        args.add(number.longValue());
      } else {
        args.add(argument.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return args;
  }

  /** Asks the server anew who it is. */
  public CompletionStage<ServerInfo> serverNow() {
    synchronized (this) {
      return ServerCheck.info(connection);
    }
  }

  @Override
  public void close() {
    if (connection.isOpen()) {
      var _ = connection.closeAsync();
    }
    closed.complete(null);
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
