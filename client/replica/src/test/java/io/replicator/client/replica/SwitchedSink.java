package io.replicator.client.replica;

import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.api.SinkException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A sink that can be switched off and on. */
final class SwitchedSink implements Sink {
  int opens;
  private final String name;
  private Optional<SinkException> fault = Optional.empty();

  SwitchedSink(String name) {
    this.name = name;
  }

  void fails(SinkException.Category category) {
    fault = Optional.of(new SinkException(category, name + " is " + category));
  }

  void works() {
    fault = Optional.empty();
  }

  private <T> CompletionStage<T> answer(T value) {
    return fault
        .<CompletionStage<T>>map(CompletableFuture::failedFuture)
        .orElseGet(() -> CompletableFuture.completedFuture(value));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<Cursor> open(FeedId feed) {
    opens++;
    return answer(new Cursor(new byte[] {1}, new byte[0]));
  }

  @Override
  public CompletionStage<Void> apply(Batch batch) {
    return answer(batch).thenApply(applied -> null);
  }

  @Override
  public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
    return answer(0L);
  }

  @Override
  public boolean owesLeftovers(FeedId feed) {
    return false;
  }

  @Override
  public void close() {}
}
