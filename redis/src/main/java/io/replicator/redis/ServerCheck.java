package io.replicator.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.replicator.redis.RedisAccessException.Category;
import io.replicator.redis.RedisLink.Capabilities;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is asked of a server on a new connection before anybody uses it. */
final class ServerCheck {
  private static final String PROBE = "__replicator:probe";

  private ServerCheck() {}

  /** A checked link, or an error that says what is wrong with this server. */
  static CompletableFuture<RedisLink> check(
      StatefulRedisConnection<byte[], byte[]> connection, HostPort address, int database) {
    CompletableFuture<@Nullable Object> ping = call(connection, CommandType.PING);
    CompletableFuture<ServerInfo> info = info(connection);
    CompletableFuture<Boolean> expireTime = knows(connection, CommandType.PEXPIRETIME, PROBE);
    CompletableFuture<Boolean> fieldExpiry =
        knows(connection, CommandType.HPEXPIRETIME, PROBE, "FIELDS", 1L, "f");
    return CompletableFuture.allOf(pingIfPermitted(ping), info, expireTime, fieldExpiry)
        .thenApply(done -> {
          requireMaster(info.join(), address);
          return new RedisLink(
              connection,
              address,
              database,
              info.join(),
              new Capabilities(expireTime.join(), fieldExpiry.join()));
        });
  }

  /** INFO, or what ROLE tells where INFO is not permitted, or {@link ServerInfo#UNKNOWN}. */
  static CompletableFuture<ServerInfo> info(StatefulRedisConnection<byte[], byte[]> connection) {
    CompletableFuture<@Nullable Object> server = call(connection, CommandType.INFO, "server");
    CompletableFuture<@Nullable Object> replication =
        call(connection, CommandType.INFO, "replication");
    return server
        .thenCombine(
            replication, (first, second) -> ServerInfo.parse(text(first) + "\n" + text(second)))
        .exceptionallyCompose(denied -> isNoPermission(denied) ? role(connection) : failed(denied));
  }

  private static CompletableFuture<ServerInfo> role(
      StatefulRedisConnection<byte[], byte[]> connection) {
    return call(connection, CommandType.ROLE)
        .thenApply(reply ->
            ServerInfo.parse("role:" + text(reply instanceof Object[] array ? array[0] : reply)))
        .exceptionallyCompose(denied ->
            isNoPermission(denied)
                ? CompletableFuture.completedFuture(ServerInfo.UNKNOWN)
                : failed(denied));
  }

  private static void requireMaster(ServerInfo info, HostPort address) {
    if (info.role() == ServerInfo.Role.REPLICA) {
      throw new RedisAccessException(
          Category.NOT_MASTER,
          "Redis "
              + address
              + " is a replica: give the master's address, or the sentinels' with -sentinel");
    }
  }

  private static CompletableFuture<Boolean> knows(
      StatefulRedisConnection<byte[], byte[]> connection,
      ProtocolKeyword command,
      Object... arguments) {
    // Any answer but "unknown command" tells that the server has it, also a refusal.
    return call(connection, command, arguments)
        .handle((reply, error) -> error == null || !message(error).contains("unknown command"));
  }

  private static CompletableFuture<?> pingIfPermitted(CompletableFuture<@Nullable Object> ping) {
    return ping.exceptionallyCompose(
        error -> isNoPermission(error) ? CompletableFuture.completedFuture(null) : failed(error));
  }

  static boolean isNoPermission(Throwable error) {
    return message(error).startsWith("NOPERM");
  }

  private static String message(Throwable error) {
    String message = AccessErrors.unwrapped(error).getMessage();
    return message == null ? "" : message;
  }

  private static <T> CompletableFuture<T> failed(Throwable error) {
    return CompletableFuture.failedFuture(AccessErrors.unwrapped(error));
  }

  private static CompletableFuture<@Nullable Object> call(
      StatefulRedisConnection<byte[], byte[]> connection,
      ProtocolKeyword command,
      Object... arguments) {
    AsyncCommand<byte[], byte[], @Nullable Object> sent =
        new AsyncCommand<>(
            new Command<>(command, new ReplyOutput(), RedisLink.arguments(arguments)));
    connection.dispatch(sent);
    return sent;
  }

  private static String text(@Nullable Object reply) {
    return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
  }
}
