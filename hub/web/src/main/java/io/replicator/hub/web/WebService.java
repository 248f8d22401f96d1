package io.replicator.hub.web;

import io.replicator.hub.delivery.HubCore;
import io.replicator.hub.delivery.Visitor;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.HttpRequest;
import io.replicator.link.transport.HttpService;
import io.replicator.link.transport.Loop;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers what is asked of a hub over HTTP: judges who asks, then has the right part answer. */
public final class WebService implements HttpService {
  private static final String SUBPROTOCOL = "replicator.v1";
  private static final Pattern FEED =
      Pattern.compile("/v1/databases/(\\d{1,6})/(entries|changes|pieces/.*)");

  private final HubCore hub;
  private final Loop loop;
  private final OriginCheck origins;
  private final boolean secure;
  private final PageFiles files;
  private final FeedPages feeds;

  /**
   * @param workers where bodies are rendered and compressed
   * @param resources where the page's files are, under {@code web/}
   */
  public WebService(
      HubCore hub, Loop loop, Executor workers, WebSettings settings, ClassLoader resources) {
    this.hub = hub;
    this.loop = loop;
    this.origins = new OriginCheck(settings);
    this.secure = settings.secure();
    this.files = new PageFiles(resources);
    this.feeds = new FeedPages(loop, workers);
  }

  @Override
  public void handle(HttpExchange exchange) {
    HttpRequest request = exchange.request();
    Optional<WebError> refusal = origins.refusal(request);
    if (refusal.isPresent()) {
      refuse(exchange, refusal.get(), false);
      return;
    }
    try {
      route(exchange, request);
    } catch (WebError.Refusal e) {
      refuse(exchange, e.error(), true);
    } catch (ProtocolException e) {
      refuse(exchange, WebError.of(e), true);
    }
  }

  private void refuse(HttpExchange exchange, WebError error, boolean readable) {
    HttpHead head = error.head();
    exchange.answer(
        readable ? head.withAll(origins.headers(exchange.request())) : head, error.body());
  }

  private void route(HttpExchange exchange, HttpRequest request) {
    switch (request.method()) {
      case "OPTIONS" -> exchange.answer(origins.preflight(request), new byte[0]);
      case "GET", "HEAD" -> get(exchange, request);
      default ->
          throw new WebError.Refusal(
              new WebError(405, "BAD_REQUEST", request.method() + ": only GET and HEAD expected"));
    }
  }

  private void get(HttpExchange exchange, HttpRequest request) {
    switch (request.path()) {
      case "/v1/stream" -> stream(exchange);
      case "/v1/databases" -> json(exchange, DatabasesJson.of(hub, visitor(request)));
      case "/v1/status" -> status(exchange);
      case "/v1/session" -> session(exchange, request);
      default -> other(exchange, request);
    }
  }

  private void other(HttpExchange exchange, HttpRequest request) {
    Matcher feed = FEED.matcher(request.path());
    if (feed.matches()) {
      int database = Integer.parseInt(feed.group(1));
      HttpHead cors = HttpHead.of(200).withAll(origins.headers(request));
      switch (feed.group(2)) {
        case "entries" -> feeds.entries(exchange, visitor(request), database, cors);
        case "changes" -> feeds.changes(exchange, visitor(request), database, cors);
        default -> feeds.piece(exchange, visitor(request), database, pieceUrl(feed.group(2)), cors);
      }
    } else if (!files.answer(exchange, origins.headers(request))) {
      throw new WebError.Refusal(
          new WebError(
              404, "BAD_REQUEST", "nothing is at " + request.path() + "; see docs/http.md"));
    }
  }

  private static PieceUrl pieceUrl(String path) {
    return PieceUrl.parse(path.substring(path.indexOf('/') + 1))
        .orElseThrow(() -> WebError.badRequest(path + ": expected an URL of a manifest"));
  }

  private void stream(HttpExchange exchange) {
    try {
      exchange.upgrade(SUBPROTOCOL, hub.acceptor());
    } catch (IllegalArgumentException e) {
      throw WebError.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private void status(HttpExchange exchange) {
    if (!visitor(exchange.request()).seesStatus()) {
      throw new WebError.Refusal(
          new WebError(
              403, "FORBIDDEN", "the status: an access rule with 'status: true' is needed"));
    }
    json(exchange, StatusPage.of(hub, loop.unixMillis()));
  }

  private void json(HttpExchange exchange, String text) {
    var _ = WebQuery.parse(exchange.request().query(), Set.of());
    exchange.answer(
        HttpHead.of(200)
            .with("Content-Type", "application/json")
            .with("Cache-Control", "no-store")
            .withAll(origins.headers(exchange.request())),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** For those who cannot set headers (P139); a token that is refused gives no cookie. */
  private void session(HttpExchange exchange, HttpRequest request) {
    var _ = WebQuery.parse(request.query(), Set.of());
    if (!request.header("authorization").isEmpty()) {
      var _ = visitor(request);
    }
    HttpHead head = Credentials.session(request, secure);
    exchange.answer(head.withAll(origins.headers(request)), new byte[0]);
  }

  private Visitor visitor(HttpRequest request) {
    return hub.visitor(request.peer(), Credentials.token(request));
  }
}
