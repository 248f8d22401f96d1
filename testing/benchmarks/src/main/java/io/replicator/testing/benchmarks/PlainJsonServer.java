package io.replicator.testing.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.replicator.testing.testkit.JsonValues;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/**
 * What people write first: an HTTP server that reads all keys from Redis, pipelined, and sends them
 * as one JSON object with gzip. It even knows the keys' names and has no work with quoting. Runs in
 * the measuring process.
 */
final class PlainJsonServer implements AutoCloseable {
  private static final int PIPELINE = 1000;
  private static final byte[] GET = {'G', 'E', 'T'};

  private final int redisPort;
  private final int keys;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  PlainJsonServer(int redisPort, int keys) throws IOException {
    this.redisPort = redisPort;
    this.keys = keys;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Encoding", "gzip");
    exchange.sendResponseHeaders(200, 0);
    try (RespClient redis = new RespClient(redisPort);
        OutputStream out = new GZIPOutputStream(exchange.getResponseBody(), 64 * 1024)) {
      out.write('{');
      for (int i = 0; i < keys; i += PIPELINE) {
        send(redis, out, i, Math.min(keys, i + PIPELINE));
      }
      out.write('}');
    }
  }

  private static void send(RespClient redis, OutputStream out, int from, int to)
      throws IOException {
    for (int i = from; i < to; i++) {
      redis.add(GET, JsonValues.key(i));
    }
    redis.flush();
    for (int i = from; i < to; i++) {
      out.write(i == 0 ? '"' : ',');
      if (i > 0) {
        out.write('"');
      }
      out.write(JsonValues.key(i));
      out.write('"');
      out.write(':');
      out.write(redis.reply().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
