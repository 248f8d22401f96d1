package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.command.redis.RedisServer;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Error;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A whole hub against a real Redis, spoken to over real TCP. */
class HubServerTests {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String TOKEN = "a-token-of-good-length";

  private final RedisServer redis = RedisServer.started();
  private final RedisClient redisClient = RedisClient.create("redis://" + redis.address());
  private final RedisCommands<String, String> commands = redisClient.connect().sync();

  @AfterEach
  void close() {
    redisClient.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    redis.close();
  }

  @Test
  void sendsWhatIsInRedisAndThenWhatChanges() throws Exception {
    commands.set("a", "1");
    commands.set("b", "2");
    try (HubServer hub = HubServer.start(settings());
        RawClient client = new RawClient(hub.port(), null, "")) {
      await("both keys", () -> client.values.size() == 2);
      commands.set("a", "3");
      commands.del("b");
      await("the change and the removal", () -> client.values.toString().equals("{a=3}"));
      assertThat(get(hub, "/readyz").body()).isEqualTo("ready\n");
      assertThat(get(hub, "/status").body()).contains("\"clientId\":\"raw\"", "\"keys\":1");
      assertThat(get(hub, "/metrics").body())
          .contains("replicator_database_keys{database=\"0\"} 1");
    }
  }

  /** P121: one more transport, the same session. */
  @Test
  void sendsTheSameOverAWebSocket() {
    commands.set("a", "1");
    commands.set("b", "2");
    HubSettings settings = settings().withWeb(WebListener.at(new ListenAddress("127.0.0.1", 0)));
    try (HubServer hub = HubServer.start(settings);
        RawClient client = RawClient.overWebSocket(hub.webPort(), null, "")) {
      await("both keys", () -> client.values.size() == 2);
      commands.set("a", "3");
      commands.del("b");
      await("the change and the removal", () -> client.values.toString().equals("{a=3}"));
    }
  }

  @Test
  void sendsOnlyWhatTheTokenAllows() {
    commands.set("open:1", "1");
    commands.set("secret:1", "2");
    try (HubServer hub = HubServer.start(settings().withAccess(rules()));
        RawClient client = new RawClient(hub.port(), null, TOKEN, "open:*")) {
      await("the open key", () -> client.values.containsKey("open:1"));
      commands.set("secret:2", "3");
      commands.set("open:2", "4");
      await("the next open key", () -> client.values.containsKey("open:2"));
      assertThat(client.values).containsOnlyKeys("open:1", "open:2");
    }
  }

  @Test
  void refusesWithAReasonWhatTheTokenDoesNotAllow() {
    try (HubServer hub = HubServer.start(settings().withAccess(rules()));
        RawClient all = new RawClient(hub.port(), null, TOKEN);
        RawClient unknown = new RawClient(hub.port(), null, "another-token-0123456")) {
      assertThat(error(all).getCode()).isEqualTo(WireError.FORBIDDEN.code());
      assertThat(error(all).getText()).contains("open:*");
      assertThat(error(unknown).getCode()).isEqualTo(WireError.UNAUTHENTICATED.code());
      assertThat(error(unknown).getText()).doesNotContain("another-token");
    }
  }

  @Test
  void saysGoodByeAndFreesItsPortsWhenItEnds() {
    HubServer hub = HubServer.start(settings());
    try (RawClient client = new RawClient(hub.port(), null, "")) {
      await("welcome", () -> client.welcome != null);
      hub.close();
      assertThat(error(client).getCode()).isEqualTo(WireError.GOING_AWAY.code());
      ListenAddress same = new ListenAddress("127.0.0.1", hub.port());
      HubServer.start(settings(same)).close();
    }
  }

  @Test
  void addressInUseIsSaidAndNothingIsLeftRunning() {
    try (HubServer hub = HubServer.start(settings())) {
      HubSettings taken = settings().withHttp(new ListenAddress("127.0.0.1", hub.httpPort()));
      long threads = hubThreads();
      int tries = 20; // each would leave threads, the hub that runs may start a few meanwhile
      for (int i = 0; i < tries; i++) {
        assertThatThrownBy(() -> HubServer.start(taken))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(Integer.toString(hub.httpPort()));
      }
      await("their threads to end", () -> hubThreads() < threads + tries);
    }
  }

  @Test
  void waitsForARedisThatIsNotThereYet() throws Exception {
    commands.set("a", "1");
    redis.kill();
    try (HubServer hub = HubServer.start(settings());
        RawClient client = new RawClient(hub.port(), null, "")) {
      assertThat(get(hub, "/healthz").statusCode()).isEqualTo(200);
      assertThat(get(hub, "/readyz").statusCode()).isEqualTo(503);
      redis.start();
      await("ready", hub::isReady);
      commands.set("b", "2");
      await("the new key", () -> client.values.containsKey("b"));
    }
  }

  private HubSettings settings() {
    return settings(new ListenAddress("127.0.0.1", 0));
  }

  private HubSettings settings(ListenAddress address) {
    return HubSettings.of(
            "hub-1", address, RedisEndpoint.parse(redis.address()), List.of(0), Set.of(0))
        .withHttp(new ListenAddress("127.0.0.1", 0))
        .withDrainTimeout(Duration.ofSeconds(2));
  }

  private static List<AccessRule> rules() {
    return List.of(
        new AccessRule(
            AccessRule.Token.of("kiosk", TOKEN),
            List.of(new AccessRule.Grant(0, List.of("open:*"), List.of()))));
  }

  private static Error error(RawClient client) {
    await("an error", () -> client.error != null);
    Error error = client.error;
    if (error == null) {
      throw new AssertionError("the error went away");
    }
    return error;
  }

  private static long hubThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("hub"))
        .count();
  }

  private static HttpResponse<String> get(HubServer hub, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + hub.httpPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    Await.until(LIMIT, what, condition);
  }
}
