package io.replicator.hub.web;

import io.replicator.api.Cursor;
import io.replicator.hub.delivery.BatchReader;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A body that is made while it is taken: one batch is demanded, rendered and compressed on a
 * worker, handed to the connection, and the next is demanded when the connection takes more. So a
 * slow peer costs one batch (I6). Confined to the loop.
 *
 * <pre>
 *   demand → batch → worker: render, compress → write ─ writable? ─→ demand …
 *                                                  └ caught up → end
 * </pre>
 */
final class BodyStream implements BatchReader.Listener, HttpExchange.BodyListener {
  private static final Logger LOG = LoggerFactory.getLogger(BodyStream.class);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private final Loop loop;
  private final Executor workers;
  private final Rendering rendering;
  private final BodyCoder coder;
  private final long mostBytes;

  private @Nullable BatchReader reader;
  private HttpExchange.@Nullable Body body;
  private Loop.@Nullable Timer timer;
  private boolean rendersNow;
  private boolean waitsForRoom;
  private boolean wroteSince;
  private boolean over;
  private long batchBytes;

  /**
   * @param mostBytes 0 = it ends when everything is out, else it goes on until so many bytes of
   *     batches are written
   */
  BodyStream(
      Loop loop, Executor workers, Rendering rendering, ContentCoding coding, long mostBytes) {
    this.loop = loop;
    this.workers = workers;
    this.rendering = rendering;
    this.coder = new BodyCoder(coding);
    this.mostBytes = mostBytes;
  }

  /**
   * Begins; what opening refuses is thrown before anything was answered.
   *
   * @param open gives the reader of what is to be sent
   */
  void start(
      HttpExchange exchange, HttpHead head, Function<BatchReader.Listener, BatchReader> open) {
    BatchReader opened = open.apply(this);
    reader = opened;
    body = exchange.begin(head, this);
    if (isUpdates()) {
      timer = loop.schedule(KEEP_ALIVE, this::keepAlive);
    }
    opened.demand();
  }

  @Override
  public void onBatch(BatchReader.Taken batch) {
    render(() -> coder.piece(rendering.batch(batch)), this::written);
  }

  /** Whether it goes on with what changes. */
  private boolean isUpdates() {
    return mostBytes > 0;
  }

  @Override
  public void onCaughtUp() {
    if (!isUpdates()) {
      complete();
    }
  }

  private void complete() {
    BatchReader open = reader;
    if (open == null || over) {
      return;
    }
    Cursor cursor = open.cursor();
    open.close();
    render(
        () -> coder.last(rendering.end(CursorText.of(cursor))),
        bytes -> {
          write(bytes);
          finish();
        });
  }

  private void render(Supplier<byte[]> work, Consumer<byte[]> then) {
    if (over) {
      return;
    }
    rendersNow = true;
    try {
      workers.execute(() -> {
        try {
          byte[] bytes = work.get();
          loop.execute(() -> rendered(bytes, then));
        } catch (RuntimeException | OutOfMemoryError e) {
          loop.execute(() -> failed(e));
        }
      });
    } catch (RejectedExecutionException e) {
      failed(e);
    }
  }

  private void rendered(byte[] bytes, Consumer<byte[]> then) {
    rendersNow = false;
    if (over) {
      coder.close();
    } else {
      then.accept(bytes);
    }
  }

  private void written(byte[] bytes) {
    write(bytes);
    batchBytes += bytes.length;
    if (isUpdates() && batchBytes >= mostBytes) {
      complete();
      return;
    }
    HttpExchange.Body to = body;
    if (to != null && to.isWritable()) {
      demand();
    } else {
      waitsForRoom = true;
    }
  }

  private void write(byte[] bytes) {
    HttpExchange.Body to = body;
    BatchReader from = reader;
    if (to != null && from != null && bytes.length > 0) {
      wroteSince = true;
      from.sent(bytes.length);
      to.write(bytes);
    }
  }

  private void demand() {
    BatchReader from = reader;
    if (from != null && !over) {
      from.demand();
    }
  }

  @Override
  public void onWritable() {
    if (waitsForRoom) {
      waitsForRoom = false;
      demand();
    }
  }

  private void keepAlive() {
    if (over) {
      return;
    }
    if (!wroteSince && !rendersNow && !waitsForRoom) {
      render(() -> coder.piece(rendering.keepAlive()), this::write);
    }
    wroteSince = false;
    timer = loop.schedule(KEEP_ALIVE, this::keepAlive);
  }

  /** Everything is handed over. */
  private void finish() {
    HttpExchange.Body to = body;
    end();
    if (to != null) {
      to.end();
    }
  }

  private void failed(Throwable reason) {
    LOG.atWarn().addKeyValue("reason", reason.toString()).log("an answer over HTTP was cut");
    rendersNow = false;
    abort();
  }

  @Override
  public void onEnded(String reason) {
    abort();
  }

  @Override
  public void onClosed(String reason) {
    end();
  }

  private void abort() {
    HttpExchange.Body to = body;
    end();
    if (to != null) {
      to.abort();
    }
  }

  private void end() {
    if (over) {
      return;
    }
    over = true;
    if (timer != null) {
      timer.cancel();
    }
    if (reader != null) {
      reader.close();
    }
    if (!rendersNow) {
      coder.close();
    }
  }
}
