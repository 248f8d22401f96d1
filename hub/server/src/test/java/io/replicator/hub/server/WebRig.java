package io.replicator.hub.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** A real Redis, a hub with a port for browsers, and a client of another make: the JDK's. */
final class WebRig implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(90);
  static final String TOKEN = "a-token-of-good-length";

  final RedisServer redis = RedisServer.started();
  final RedisClient redisClient = RedisClient.create("redis://" + redis.address());
  final RedisCommands<String, String> commands = redisClient.connect().sync();
  final RedisCommands<byte[], byte[]> bytes = redisClient.connect(ByteArrayCodec.INSTANCE).sync();
  final HttpClient client = HttpClient.newHttpClient();

  private final UnaryOperator<HubSettings> changed;
  HubServer hub;

  WebRig() {
    this(settings -> settings);
  }

  /**
   * @param changed what is different from a hub of database 0 without a chain, open to all
   */
  WebRig(UnaryOperator<HubSettings> changed) {
    this.changed = changed;
    hub = HubServer.start(settings(0));
  }

  private HubSettings settings(int port) {
    return changed.apply(
        HubSettings.of(
                "hub-1",
                new ListenAddress("127.0.0.1", 0),
                RedisEndpoint.parse(redis.address()),
                List.of(0),
                Set.of(0))
            .withWeb(WebListener.at(new ListenAddress("127.0.0.1", port)))
            .withDrainTimeout(Duration.ZERO));
  }

  static List<AccessRule> rules(boolean status) {
    return List.of(
        new AccessRule(
            AccessRule.Token.of("kiosk", TOKEN),
            List.of(new AccessRule.Grant(0, List.of("open:*"), List.of())),
            status));
  }

  /** The hub ends and another one begins at the same address. */
  void restartHub() {
    int port = hub.webPort();
    hub.close();
    hub = HubServer.start(settings(port));
  }

  /** Once the first scan is complete. */
  WebRig ready() {
    Await.until(LIMIT, "the first scan", hub::isReady);
    return this;
  }

  /** Once the hub knows so many keys. */
  WebRig ready(int keys) {
    until(
        keys + " keys at the hub",
        () -> hub.isReady() && hub.status().databases().getFirst().keys() == keys);
    return this;
  }

  static void until(String what, BooleanSupplier condition) {
    Await.until(LIMIT, what, condition);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + hub.webPort() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(LIMIT);
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return client.send(with(request(path), headers), BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  HttpResponse<byte[]> getBytes(String path, String... headers) throws Exception {
    return client.send(with(request(path), headers), BodyHandlers.ofByteArray());
  }

  HttpResponse<InputStream> open(String path, String... headers) throws Exception {
    return client.send(with(request(path), headers), BodyHandlers.ofInputStream());
  }

  static HttpRequest with(HttpRequest.Builder request, String... headers) {
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  @Override
  public void close() {
    client.shutdownNow();
    hub.close();
    redisClient.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    redis.close();
  }
}
