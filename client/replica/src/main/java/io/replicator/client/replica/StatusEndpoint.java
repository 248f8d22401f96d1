package io.replicator.client.replica;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A small HTTP server that shows a replica's status: /status, /metrics, /healthz, /readyz. */
final class StatusEndpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusEndpoint.class);

  private record Answer(int code, String type, String body) {}

  private final HttpServer server;
  private final ExecutorService workers;
  private final Supplier<ReplicaStatus> status;

  private StatusEndpoint(HttpServer server, Supplier<ReplicaStatus> status) {
    this.server = server;
    this.status = status;
    this.workers =
        Executors.newFixedThreadPool(
            2, Thread.ofPlatform().daemon().name("replicator-status-", 1).factory());
  }

  /** Listens on "host:port"; port 0 = any free one. */
  static StatusEndpoint start(String address, Supplier<ReplicaStatus> status) throws IOException {
    StatusEndpoint endpoint = new StatusEndpoint(HttpServer.create(socket(address), 16), status);
    endpoint.serve("/status", now -> new Answer(200, "application/json", StatusJson.of(now)));
    endpoint.serve(
        "/metrics", now -> new Answer(200, "text/plain; version=0.0.4", StatusMetrics.of(now)));
    endpoint.serve("/healthz", StatusEndpoint::health);
    endpoint.serve("/readyz", StatusEndpoint::readiness);
    endpoint.server.setExecutor(endpoint.workers);
    endpoint.server.start();
    return endpoint;
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }

  private static InetSocketAddress socket(String address) throws IOException {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon);
    if (!address.matches(".*:\\d{1,5}")
        || Integer.parseInt(address.substring(colon + 1)) > 65_535) {
      throw new IllegalArgumentException(
          "status address '" + address + "': expected host:port, for example 127.0.0.1:8081");
    }
    int port = Integer.parseInt(address.substring(colon + 1));
    return new InetSocketAddress(
        host.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host), port);
  }

  private static Answer health(ReplicaStatus status) {
    boolean failed = status.state() == ReplicaStatus.State.FAILED;
    return new Answer(failed ? 503 : 200, "text/plain", failed ? status.message() : "ok");
  }

  private static Answer readiness(ReplicaStatus status) {
    return status.isReady()
        ? new Answer(200, "text/plain", "ready")
        : new Answer(503, "text/plain", "not ready: " + status.state() + " " + status.message());
  }

  private void serve(String path, Function<ReplicaStatus, Answer> page) {
    server.createContext(path, exchange -> handle(exchange, path, page));
  }

  private void handle(HttpExchange exchange, String path, Function<ReplicaStatus, Answer> page)
      throws IOException {
    try (exchange) {
      Answer answer = answer(exchange, path, page);
      byte[] body = (answer.body.strip() + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type + "; charset=utf-8");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.code, head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Answer answer(HttpExchange exchange, String path, Function<ReplicaStatus, Answer> page) {
    if (!exchange.getRequestURI().getPath().equals(path)) {
      return new Answer(404, "text/plain", "try /status, /metrics, /healthz or /readyz");
    }
    if (!exchange.getRequestMethod().matches("GET|HEAD")) {
      return new Answer(405, "text/plain", "only GET and HEAD");
    }
    try {
      return page.apply(status.get());
    } catch (IllegalStateException e) {
      LOG.atWarn().setCause(e).addKeyValue("within", Duration.ofSeconds(5)).log("no status");
      return new Answer(503, "text/plain", "no status: " + e.getMessage());
    }
  }
}
