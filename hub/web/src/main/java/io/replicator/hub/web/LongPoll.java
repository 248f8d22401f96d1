package io.replicator.hub.web;

import io.replicator.api.Batch;
import io.replicator.hub.delivery.BatchReader;
import io.replicator.hub.delivery.FeedReader;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One question what changed, answered when there is something or the time is over (P134). */
final class LongPoll implements BatchReader.Listener {
  private final Loop loop;
  private final Executor workers;
  private final HttpExchange exchange;
  private final HttpHead head;
  private final Duration wait;

  private @Nullable FeedReader reader;
  private boolean caughtUp;
  private boolean timeOver;
  private boolean snapshotBegan;
  private boolean answering;

  LongPoll(Loop loop, Executor workers, HttpExchange exchange, HttpHead head, Duration wait) {
    this.loop = loop;
    this.workers = workers;
    this.exchange = exchange;
    this.head = head;
    this.wait = wait;
  }

  void start(Function<BatchReader.Listener, FeedReader> open) {
    FeedReader opened = open.apply(this);
    reader = opened;
    loop.schedule(wait, this::timeIsOver);
    opened.demand();
  }

  @Override
  public void onBatch(BatchReader.Taken batch) {
    FeedReader from = reader;
    if (from == null || answering) {
      return;
    }
    boolean more = from.hasMore();
    if (batch.encoded().entries() == 0 && (more || !timeOver)) {
      snapshotBegan |= Rendering.decode(batch).snapshotBegin();
      from.demand(); // a cursor only: what it stands before is worth more
      return;
    }
    answering = true;
    from.sent(batch.encoded().rawBytes());
    from.close();
    try {
      workers.execute(() -> {
        byte[] bytes = render(Rendering.decode(batch), CursorText.of(batch.cursor()), more);
        loop.execute(() -> exchange.answer(head, bytes));
      });
    } catch (RejectedExecutionException e) {
      goingAway("the hub is shutting down");
    }
  }

  private byte[] render(Batch batch, String cursor, boolean more) {
    JsonBytes json = new JsonBytes().begin('{');
    if (snapshotBegan && !batch.snapshotBegin()) {
      json.field("snapshotBegin", true);
    }
    BatchJson.fields(json, batch);
    return json.field("cursor", cursor).field("more", more).end('}').newline().take();
  }

  @Override
  public void onCaughtUp() {
    caughtUp = true;
    answerIfOver();
  }

  private void timeIsOver() {
    timeOver = true;
    answerIfOver();
  }

  private void answerIfOver() {
    FeedReader from = reader;
    if (!caughtUp || !timeOver || answering || from == null) {
      return;
    }
    answering = true;
    String cursor = CursorText.of(from.cursor());
    from.close();
    JsonBytes json = new JsonBytes().begin('{');
    json.name("entries").begin('[').end(']').field("cursor", cursor).field("more", false);
    exchange.answer(head, json.end('}').newline().take());
  }

  @Override
  public void onEnded(String reason) {
    if (!answering) {
      answering = true;
      goingAway(reason);
    }
  }

  private void goingAway(String reason) {
    WebError error = new WebError(503, "GOING_AWAY", reason);
    exchange.answer(error.head(), error.body());
  }
}
