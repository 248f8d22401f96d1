package io.replicator.testing.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The pages that a hub or client shows on its HTTP address. */
final class HttpPages implements AutoCloseable {
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
  private final int port;

  HttpPages(int port) {
    this.port = port;
  }

  int port() {
    return port;
  }

  /** The body; "" while nobody answers. */
  String body(String path) {
    try {
      return get(path).body();
    } catch (IOException e) {
      return "";
    }
  }

  /** The HTTP status code; 0 while nobody answers. */
  int code(String path) {
    try {
      return get(path).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  /** What {@code /status} says, with the spaces between its words left out. */
  String status() {
    return body("/status").replaceAll("(?<=[:,\\[{])\\s+", "");
  }

  private HttpResponse<String> get(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
