package io.replicator.hub.source.redis;

import io.replicator.redis.RedisAccessException;
import io.replicator.redis.RedisAccessException.Category;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for replies on the source's thread, which has nothing else to do meanwhile. */
final class Calls {
  private final String server;
  private final Duration limit;

  /**
   * @param limit a reply later than that means that the connection is dead
   */
  Calls(String server, Duration limit) {
    this.server = server;
    this.limit = limit;
  }

  <T extends @Nullable Object> T get(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw RedisAccessException.of(server, e);
    } catch (TimeoutException e) {
      throw new RedisAccessException(
          Category.UNREACHABLE,
          "Redis " + server + " did not answer within " + limit.toMillis() + " ms",
          e);
    }
  }

  /** The reply, or null if the user may not ask or the server does not know the command. */
  <T extends @Nullable Object> @Nullable T getIfAllowed(CompletionStage<T> stage)
      throws InterruptedException {
    try {
      return get(stage);
    } catch (RedisAccessException e) {
      if (e.category() == Category.PERMISSION || e.category() == Category.FAILED) {
        return null;
      }
      throw e;
    }
  }

  static String text(@Nullable Object reply) {
    return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
  }
}
