package io.replicator.command.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Asks a hub or client for {@code /status} and the like. */
final class StatusClient implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int MAX_CHARACTERS = 64 << 20;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();

  /** The body of a page that answers with 200. */
  String get(HostAddress address, String path) throws IOException {
    HttpResponse<String> response = send(address, path);
    if (response.statusCode() != 200) {
      throw new IOException("HTTP " + response.statusCode() + " for " + path);
    }
    return response.body();
  }

  /** Whether {@code /readyz} says so. */
  boolean isReady(HostAddress address) throws IOException {
    return send(address, "/readyz").statusCode() == 200;
  }

  private HttpResponse<String> send(HostAddress address, String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(LIMIT).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  static String reason(IOException e) {
    return e.getMessage() == null ? "connection refused" : e.getMessage();
  }

  /** JSON as maps, lists and values: every JSON text is YAML too. */
  static Object parse(String json) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(50);
    Object value = new Yaml(new SafeConstructor(options)).load(json);
    return value == null ? Map.of() : value;
  }

  /** The sum of all numbers of this name, wherever they stand. */
  static double sum(@Nullable Object json, String name) {
    return switch (json) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .mapToDouble(entry ->
                  name.equals(entry.getKey()) && entry.getValue() instanceof Number number
                      ? number.doubleValue()
                      : sum(entry.getValue(), name))
              .sum();
      case List<?> list -> list.stream().mapToDouble(item -> sum(item, name)).sum();
      case null, default -> 0;
    };
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
