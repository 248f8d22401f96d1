package io.replicator.hub.server;

import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.netty.HttpServer;
import io.replicator.link.transport.netty.NettyLoop;
import io.replicator.link.transport.netty.TcpSettings;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A small HTTP server for operators and their tools: GET and HEAD. It has a loop of its own, so
 * that it can tell when the hub's does not answer.
 */
final class HttpEndpoint implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;

  private final NettyLoop loop = NettyLoop.start("hub-http");
  private final Function<String, CompletionStage<HttpAnswer>> pages;
  private final HttpServer server;

  /**
   * Begins to listen.
   *
   * @param pages the answer for a path, on any thread
   */
  HttpEndpoint(InetSocketAddress address, Function<String, CompletionStage<HttpAnswer>> pages) {
    this.pages = pages;
    TcpSettings settings = TcpSettings.DEFAULTS.withMaxConnections(MAX_CONNECTIONS);
    try {
      server = HttpServer.listen(loop, address, null, settings, this::handle);
    } catch (RuntimeException e) {
      loop.close();
      throw e;
    }
  }

  int port() {
    return server.address().getPort();
  }

  @Override
  public void close() {
    server.close();
    loop.close();
  }

  private void handle(HttpExchange exchange) {
    String method = exchange.request().method();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      answer(exchange, HttpAnswer.text(405, "only GET and HEAD are answered"));
      return;
    }
    pages
        .apply(exchange.request().path())
        .whenComplete((page, failure) ->
            loop.execute(() ->
                answer(
                    exchange,
                    page != null ? page : HttpAnswer.text(503, "the hub does not answer"))));
  }

  private static void answer(HttpExchange exchange, HttpAnswer page) {
    HttpHead head =
        HttpHead.of(page.status())
            .with("Content-Type", page.contentType())
            .with("Cache-Control", "no-store")
            .with("Allow", page.status() == 405 ? "GET, HEAD" : "");
    exchange.answer(head, page.body().getBytes(StandardCharsets.UTF_8));
  }
}
