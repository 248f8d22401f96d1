package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/session}: tokens for EventSource, which cannot set headers (P139). */
class SessionCookieTests {
  private static final String BEARER = "Bearer " + WebRig.TOKEN;
  private static final String APP = "https://app.example.org";
  private static final String OPEN = "/v1/databases/0/changes?match=open:*";

  private final WebRig rig =
      new WebRig(settings ->
          settings
              .withAccess(WebRig.rules(true))
              .withWeb(new WebListener(new ListenAddress("127.0.0.1", 0), List.of(APP), 100)));

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void cookieOfATokenOpensWhatTheTokenOpensAndNothingElse() throws Exception {
    rig.commands.mset(Map.of("open:1", "1", "secret:1", "2"));
    rig.ready(2);
    String cookie = cookie(rig.get("/v1/session", "Authorization", BEARER));
    HttpResponse<InputStream> events =
        rig.open(OPEN, "Accept", "text/event-stream", "Cookie", "other=1; " + cookie);
    assertThat(events.statusCode()).isEqualTo(200);
    try (InputStream body = events.body()) {
      String event = new String(body.readNBytes(3), StandardCharsets.UTF_8);
      assertThat(event).isEqualTo("id:");
    }
    assertThat(rig.get("/v1/databases/0/entries", "Cookie", cookie).statusCode()).isEqualTo(403);
    assertThat(rig.get("/v1/status", "Cookie", cookie).statusCode()).isEqualTo(200);
    assertThat(rig.get("/v1/status").statusCode()).isEqualTo(401);
  }

  @Test
  void cookieIsForTheBrowserAloneAndHidesTheToken() throws Exception {
    rig.ready();
    HttpResponse<String> session = rig.get("/v1/session", "Authorization", BEARER);
    assertThat(session.statusCode()).isEqualTo(204);
    assertThat(session.headers().firstValue("cache-control")).hasValue("no-store");
    String header = session.headers().firstValue("set-cookie").orElseThrow();
    assertThat(header).contains("; HttpOnly; SameSite=Strict").doesNotContain(WebRig.TOKEN);
    assertThat(header).as("its path is that of the request").doesNotContain("Path");
    assertThat(header).as("this hub speaks plain HTTP").doesNotContain("Secure");
    String proxied =
        rig.get("/v1/session", "Authorization", BEARER, "X-Forwarded-Proto", "https")
            .headers()
            .firstValue("set-cookie")
            .orElseThrow();
    assertThat(proxied).endsWith("; Secure");
  }

  @Test
  void refusedTokenGivesNoCookieAndNoTokenEndsTheSession() throws Exception {
    rig.ready();
    HttpResponse<String> refused =
        rig.get("/v1/session", "Authorization", "Bearer another-token-0123456");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("set-cookie")).isEmpty();
    HttpResponse<String> ended = rig.get("/v1/session");
    assertThat(ended.statusCode()).isEqualTo(204);
    assertThat(ended.headers().firstValue("set-cookie").orElse(""))
        .startsWith("replicator_token=; Max-Age=0;");
    HttpResponse<String> broken = rig.get("/v1/status", "Cookie", "replicator_token=!");
    assertThat(broken.statusCode()).isEqualTo(400);
    assertThat(broken.body()).contains("/v1/session");
  }

  /** What is given by right of a cookie may be kept by no cache for others. */
  @Test
  void pieceThatACookieOpenedIsPrivate() throws Exception {
    rig.commands.set("open:1", "1");
    rig.ready(1);
    String cookie = cookie(rig.get("/v1/session", "Authorization", BEARER));
    String manifest =
        rig.get("/v1/databases/0/entries?pieces&match=open:*", "Cookie", cookie).body();
    String url = JsonObject.parse(manifest).objects("pieces").getFirst().text("url");
    HttpResponse<String> piece = rig.get(url, "Cookie", cookie);
    assertThat(piece.statusCode()).isEqualTo(200);
    assertThat(piece.headers().firstValue("cache-control").orElse("")).startsWith("private");
    assertThat(piece.headers().firstValue("vary").orElse("")).contains("Cookie");
  }

  /** A page that is allowed by name may send the cookie along; others are refused anyhow (P124). */
  @Test
  void onlyAPageAllowedByNameMayBringIt() throws Exception {
    rig.ready();
    String cookie = cookie(rig.get("/v1/session", "Authorization", BEARER));
    HttpResponse<String> app = rig.get("/v1/status", "Cookie", cookie, "Origin", APP);
    assertThat(app.headers().firstValue("access-control-allow-credentials")).hasValue("true");
    HttpResponse<String> evil =
        rig.get("/v1/status", "Cookie", cookie, "Origin", "https://evil.example");
    assertThat(evil.statusCode()).isEqualTo(403);
    assertThat(evil.headers().firstValue("access-control-allow-credentials")).isEmpty();
  }

  private static String cookie(HttpResponse<String> session) {
    String header = session.headers().firstValue("set-cookie").orElseThrow();
    return header.substring(0, header.indexOf(';'));
  }
}
