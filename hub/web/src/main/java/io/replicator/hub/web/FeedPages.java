package io.replicator.hub.web;

import io.replicator.hub.delivery.BatchReader;
import io.replicator.hub.delivery.FeedReader;
import io.replicator.hub.delivery.FeedView;
import io.replicator.hub.delivery.Visitor;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.HttpRequest;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.StoredCursor;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Entries and changes of a feed (P129-P134). */
final class FeedPages {
  private static final Set<String> ENTRIES =
      Set.of("match", "exclude", "collection", "cursor", "format");
  private static final Set<String> MANIFEST = Set.of("match", "exclude", "collection", "pieces");
  private static final Set<String> PIECE = Set.of("match", "exclude", "collection", "format");
  private static final Set<String> CHANGES =
      Set.of("match", "exclude", "collection", "since", "format", "wait", "bytes");
  private static final Set<BodyFormat> ENTRIES_FORMATS =
      Set.copyOf(EnumSet.of(BodyFormat.JSON, BodyFormat.NDJSON, BodyFormat.BATCHES));
  private static final Set<BodyFormat> CHANGES_FORMATS =
      Set.copyOf(EnumSet.of(BodyFormat.JSON, BodyFormat.SSE, BodyFormat.BATCHES));
  private static final Pattern PIECES = Pattern.compile("(?:^|&)pieces(?==?(?:&|$))=?");
  private static final String NOW = "now";
  private static final int MAX_WAIT_SECONDS = 60;
  private static final int MIN_ANSWER_BYTES = 4 * 1024;
  private static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;
  private static final String VARY = "Accept, Accept-Encoding, Authorization, Cookie, Origin";

  private final Loop loop;
  private final Executor workers;

  FeedPages(Loop loop, Executor workers) {
    this.loop = loop;
    this.workers = workers;
  }

  /** What there is, or what is missing from a cursor on. */
  void entries(HttpExchange exchange, Visitor visitor, int database, HttpHead cors) {
    HttpRequest request = exchange.request();
    if (PIECES.matcher(request.query()).find()) {
      manifest(exchange, visitor, database, cors);
      return;
    }
    WebQuery query = WebQuery.parse(request.query(), ENTRIES);
    BodyFormat format = format(request, query, ENTRIES_FORMATS);
    FeedView view = view(visitor, query, database, cursor("cursor", query.one("cursor")));
    view.refusal()
        .ifPresent(reason -> {
          throw new WebError.Refusal(
              new WebError(410, "CURSOR", reason + ": start again without the cursor"));
        });
    EntityTag tag = EntityTag.of(view);
    boolean whole = !query.has("cursor");
    HttpHead head =
        HttpHead.of(200)
            .withAll(cors.headers())
            .with("Content-Type", format.mediaType())
            .with("Cache-Control", whole ? "private, no-cache" : "no-store")
            .with("ETag", whole ? tag.text() : "")
            .with("Vary", VARY);
    if (whole && EntityTag.isFresh(request.header("if-none-match"), view)) {
      exchange.answer(new HttpHead(304, head.headers()), new byte[0]);
    } else {
      stream(exchange, head, format, view, view::read);
    }
  }

  private static void manifest(
      HttpExchange exchange, Visitor visitor, int database, HttpHead cors) {
    HttpRequest request = exchange.request();
    FeedView view = view(visitor, WebQuery.parse(request.query(), MANIFEST), database, null);
    String patterns = PIECES.matcher(request.query()).replaceAll("");
    HttpHead head =
        HttpHead.of(200)
            .withAll(cors.headers())
            .with("Content-Type", BodyFormat.JSON.mediaType())
            .with("Cache-Control", "no-store");
    view.pieces()
        .whenComplete((pieces, failure) -> {
          if (pieces == null) {
            WebError lost = new WebError(503, "OVERLOADED", String.valueOf(failure.getMessage()));
            exchange.answer(lost.head(), lost.body());
          } else {
            exchange.answer(head, PiecesJson.of(database, patterns, pieces));
          }
        });
  }

  /**
   * One piece of a manifest.
   *
   * @param url what stands behind {@code pieces/} in the path
   */
  void piece(HttpExchange exchange, Visitor visitor, int database, PieceUrl url, HttpHead cors) {
    HttpRequest request = exchange.request();
    WebQuery query = WebQuery.parse(request.query(), PIECE);
    BodyFormat format = format(request, query, ENTRIES_FORMATS);
    FeedView view = view(visitor, query, database, null);
    boolean open = Credentials.token(request).isEmpty() && request.peer().identity().isEmpty();
    HttpHead head =
        HttpHead.of(200)
            .withAll(cors.headers())
            .with("Content-Type", format.mediaType())
            .with("Cache-Control", (open ? "public" : "private") + ", max-age=31536000, immutable")
            .with("Vary", VARY);
    stream(
        exchange,
        head,
        format,
        view,
        listener ->
            view.readPiece(url.epoch(), url.slots(), url.from(), url.to(), listener)
                .orElseThrow(() ->
                    new WebError.Refusal(
                        new WebError(
                            410, "CURSOR", "this piece is of a history that is no more"))));
  }

  /** What changes, without end or as the answer to one question. */
  void changes(HttpExchange exchange, Visitor visitor, int database, HttpHead cors) {
    HttpRequest request = exchange.request();
    WebQuery query = WebQuery.parse(request.query(), CHANGES);
    BodyFormat format = format(request, query, CHANGES_FORMATS);
    String last = request.header("last-event-id");
    String since = last.isEmpty() ? query.one("since") : last;
    boolean fromNow = since.equals(NOW);
    FeedView view = view(visitor, query, database, fromNow ? null : cursor("since", since));
    int wait = query.number("wait", 0, 0, MAX_WAIT_SECONDS);
    int bytes = query.number("bytes", 0, MIN_ANSWER_BYTES, MAX_ANSWER_BYTES);
    if (bytes > 0 && format != BodyFormat.BATCHES) {
      throw WebError.badRequest("bytes=" + bytes + ": only with format=batches");
    }
    HttpHead head =
        HttpHead.of(200)
            .withAll(cors.headers())
            .with("Content-Type", format.mediaType())
            .with("Cache-Control", "no-store")
            .with("Vary", VARY);
    if (format != BodyFormat.JSON) {
      updates(
          exchange,
          head,
          format,
          view,
          bytes == 0 ? Long.MAX_VALUE : bytes,
          listener -> {
            FeedReader reader = fromNow ? view.readFromNow(listener) : view.read(listener);
            if (bytes > 0) {
              reader.batchesOf(bytes);
            }
            return reader;
          });
    } else {
      new LongPoll(loop, workers, exchange, head, Duration.ofSeconds(wait))
          .start(listener -> fromNow ? view.readFromNow(listener) : view.read(listener));
    }
  }

  private void stream(
      HttpExchange exchange,
      HttpHead head,
      BodyFormat format,
      FeedView view,
      Function<BatchReader.Listener, BatchReader> open) {
    stream(exchange, head, format, view, 0, open);
  }

  /** Proxies are asked to pass on what comes as it comes. */
  private void updates(
      HttpExchange exchange,
      HttpHead head,
      BodyFormat format,
      FeedView view,
      long mostBytes,
      Function<BatchReader.Listener, BatchReader> open) {
    stream(exchange, head.with("X-Accel-Buffering", "no"), format, view, mostBytes, open);
  }

  private void stream(
      HttpExchange exchange,
      HttpHead head,
      BodyFormat format,
      FeedView view,
      long mostBytes,
      Function<BatchReader.Listener, BatchReader> open) {
    ContentCoding coding = ContentCoding.negotiate(exchange.request().header("accept-encoding"));
    HttpHead coded = head.with("Content-Encoding", coding.text());
    if (exchange.request().isHead()) {
      exchange.answer(coded, new byte[0]);
      return;
    }
    Rendering rendering = format.rendering(view.database(), view.epoch());
    new BodyStream(loop, workers, rendering, coding, mostBytes).start(exchange, coded, open);
  }

  private static BodyFormat format(HttpRequest request, WebQuery query, Set<BodyFormat> allowed) {
    return BodyFormat.choose(query.one("format"), request.header("accept"), allowed);
  }

  private static @Nullable StoredCursor cursor(String name, String text) {
    return text.isEmpty() ? null : CursorText.parse(name, text);
  }

  private static FeedView view(
      Visitor visitor, WebQuery query, int database, @Nullable StoredCursor cursor) {
    FeedRequest.Builder request =
        FeedRequest.newBuilder()
            .setDatabase(database)
            .setCollection(query.one("collection"))
            .addAllIncludes(query.all("match"))
            .addAllExcludes(query.all("exclude"));
    if (cursor != null) {
      request.addCursors(cursor);
    }
    FeedView view = visitor.feed(request.build());
    if (!view.isReady()) {
      throw new ProtocolException(
          WireError.OVERLOADED,
          "database " + database + ": the first scan is not complete, ask again soon");
    }
    return view;
  }
}
