package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.Welcome;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** WebSockets of a whole hub: rules P121-P124 and P136 of spec/http.md. */
class WebSocketTests {
  private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

  /** P124: no page of elsewhere opens one with the rights that its reader has. */
  @Test
  void pageOfAnotherOriginOpensNone() throws Exception {
    try (WebRig rig = new WebRig().ready()) {
      assertThat(refusal(rig, "https://evil.example", "replicator.v1")).isEqualTo(403);
      assertThat(refusal(rig, "null", "replicator.v1")).isEqualTo(403);
      assertThat(refusal(rig, "http://127.0.0.1:" + rig.hub.webPort(), "replicator.v2"))
          .isEqualTo(400);
      open(rig, "http://127.0.0.1:" + rig.hub.webPort(), "replicator.v1").abort();
    }
  }

  @Test
  void pageOfAnAllowedOriginOpensOne() throws Exception {
    String app = "https://app.example.org";
    try (WebRig rig =
        new WebRig(settings -> settings.withWeb(new WebListener(ANY_PORT, List.of(app), 100)))
            .ready()) {
      open(rig, app, "replicator.v1").abort();
    }
  }

  /** P123: the token in Hello opens what its rule allows and nothing else. */
  @Test
  void tokenInHelloOpensWhatItsRuleAllows() {
    try (WebRig rig = new WebRig(settings -> settings.withAccess(WebRig.rules(false)))) {
      rig.commands.mset(Map.of("open:1", "1", "secret:1", "2"));
      rig.ready(2);
      int port = rig.hub.webPort();
      try (RawClient allowed = RawClient.overWebSocket(port, null, WebRig.TOKEN, "open:*");
          RawClient greedy = RawClient.overWebSocket(port, null, WebRig.TOKEN);
          RawClient nobody = RawClient.overWebSocket(port, null, "");
          RawClient wrong = RawClient.overWebSocket(port, null, "another-token-0123456")) {
        WebRig.until("the open key", () -> allowed.values.containsKey("open:1"));
        assertThat(error(greedy)).isEqualTo(WireError.FORBIDDEN.code());
        assertThat(error(nobody)).isEqualTo(WireError.UNAUTHENTICATED.code());
        assertThat(error(wrong)).isEqualTo(WireError.UNAUTHENTICATED.code());
        rig.commands.mset(Map.of("secret:2", "3", "open:2", "4"));
        WebRig.until("the next open key", () -> allowed.values.containsKey("open:2"));
        assertThat(allowed.values).containsOnlyKeys("open:1", "open:2");
        assertThat(greedy.values).isEmpty();
      }
    }
  }

  /** P130, I4: of a versioned database a cursor outlives the hub that gave it. */
  @Test
  void loadOverHttpIsResumedAfterTheHubOfAVersionedDatabaseCameBack() throws Exception {
    try (WebRig rig = new WebRig(WebSocketTests::versioned)) {
      change(rig, 1, "a", "1");
      change(rig, 2, "b", "2");
      rig.ready(2);
      byte[] load = rig.getBytes("/v1/databases/0/entries?format=batches").body();
      rig.restartHub();
      change(rig, 3, "b", "3");
      rig.ready(2);
      try (RawClient client =
          RawClient.resuming(rig.hub.webPort(), BatchBody.lastCursor(BatchBody.read(load)))) {
        WebRig.until("what changed", () -> "3".equals(client.values.get("b")));
        Welcome welcome = Objects.requireNonNull(client.welcome);
        assertThat(welcome.getFeeds(0).getResume()).isEqualTo(FeedGrant.Resume.RESUMED);
        assertThat(client.values).as("nothing again that is there").doesNotContainKey("a");
      }
    }
  }

  /** P136. */
  @Test
  void oneWebSocketTooManyIsToldToComeLater() throws Exception {
    try (WebRig rig =
        new WebRig(settings -> settings.withWeb(new WebListener(ANY_PORT, List.of(), 2))).ready()) {
      String own = "http://127.0.0.1:" + rig.hub.webPort();
      WebSocket one = open(rig, own, "replicator.v1");
      WebSocket two = open(rig, own, "replicator.v1");
      assertThat(refusal(rig, own, "replicator.v1")).isEqualTo(503);
      one.abort();
      WebRig.until("room for another", () -> isOpened(rig, own));
      two.abort();
    }
  }

  private static boolean isOpened(WebRig rig, String origin) {
    try {
      open(rig, origin, "replicator.v1").abort();
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  private static HubSettings versioned(HubSettings plain) {
    return HubSettings.of("hub-1", plain.address(), plain.redis(), List.of(0), Set.of())
        .withWeb(plain.web())
        .withDrainTimeout(Duration.ZERO);
  }

  /** As an application of a versioned database does it. */
  private static void change(WebRig rig, int version, String key, String value) {
    rig.commands.multi();
    rig.commands.set(key, value);
    rig.commands.rpush("version:" + version, key);
    rig.commands.set("version", Integer.toString(version));
    rig.commands.exec();
  }

  private static int error(RawClient client) {
    WebRig.until("an error", () -> client.error != null);
    Error error = client.error;
    return error == null ? -1 : error.getCode();
  }

  private static WebSocket open(WebRig rig, String origin, String subprotocol) throws Exception {
    return rig.client
        .newWebSocketBuilder()
        .header("Origin", origin)
        .subprotocols(subprotocol)
        .buildAsync(
            URI.create("ws://127.0.0.1:" + rig.hub.webPort() + "/v1/stream"),
            new WebSocket.Listener() {})
        .get(WebRig.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** The status that is answered instead of a WebSocket. */
  private static int refusal(WebRig rig, String origin, String subprotocol) throws Exception {
    try {
      open(rig, origin, subprotocol).abort();
      throw new AssertionError("a WebSocket was opened for " + origin);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }
}
