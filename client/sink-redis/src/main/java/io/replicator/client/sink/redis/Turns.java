package io.replicator.client.sink.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A lock for stages: each step begins when the one before it has ended, however it ended. What one
 * step wrote the next one sees.
 */
final class Turns {
  private CompletableFuture<?> last = CompletableFuture.completedFuture("");

  synchronized <T> CompletableFuture<T> take(Supplier<? extends CompletionStage<T>> step) {
    CompletableFuture<T> turn =
        last.handle((result, failure) -> "").thenCompose(before -> step.get());
    last = turn;
    return turn;
  }
}
