package io.replicator.hub.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hub does not answer, or not to everybody: rules P120, P123-P126, P135-P138. */
class WebRefusalTests {

  @ParameterizedTest
  @CsvSource({
    "/v1/databases/0/entries?mach=a, 400, mach",
    "/v1/databases/0/entries?cursor=!, 400, no cursor",
    "/v1/databases/0/entries?cursor=AAAA.AAAA, 410, unreadable cursor",
    "/v1/databases/0/entries?format=xml, 406, ndjson",
    "/v1/databases/0/entries?collection=nope, 404, nope",
    "/v1/databases/7/entries, 404, this hub has [0]",
    "/v1/databases/0/changes?wait=61, 400, 0 to 60",
    "/v1/databases/x/entries, 404, nothing is at",
    "/v1/databases/0/entries?format=json&format=json, 400, twice",
    "/..%2fetc/passwd, 404, nothing is at",
    "/.hidden, 404, nothing is at",
    "/v1/stream, 400, WebSocket"
  })
  void badRequestIsNamedWithWhatWasExpected(String path, int status, String text) throws Exception {
    try (WebRig rig = new WebRig().ready()) {
      HttpResponse<String> response = rig.get(path);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
      assertThat(response.body()).contains(text).contains("\"error\"");
    }
  }

  @Test
  void onlyGetAndHeadAreAnswered() throws Exception {
    try (WebRig rig = new WebRig().ready()) {
      HttpRequest delete = rig.request("/v1/databases").DELETE().build();
      HttpResponse<String> refused = rig.client.send(delete, BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(405);
      assertThat(refused.headers().firstValue("allow")).hasValue("GET, HEAD, OPTIONS");
      HttpRequest head =
          rig.request("/v1/databases/0/entries")
              .method("HEAD", HttpRequest.BodyPublishers.noBody())
              .build();
      HttpResponse<String> answer = rig.client.send(head, BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
    }
  }

  @Test
  void tokenIsAskedForAndNoKeyIsGivenWithoutARight() throws Exception {
    try (WebRig rig = new WebRig(settings -> settings.withAccess(WebRig.rules(false)))) {
      rig.commands.mset(Map.of("open:1", "1", "secret:1", "2"));
      rig.ready(2);
      String bearer = "Bearer " + WebRig.TOKEN;
      HttpResponse<String> nobody = rig.get("/v1/databases");
      assertThat(nobody.statusCode()).isEqualTo(401);
      assertThat(nobody.headers().firstValue("www-authenticate")).hasValue("Bearer");
      assertThat(get(rig, "/v1/databases/0/entries", "Bearer wrong-token-0123456").statusCode())
          .isEqualTo(401);
      assertThat(get(rig, "/v1/databases/0/entries", "Basic abc").statusCode()).isEqualTo(400);
      assertThat(get(rig, "/v1/databases/0/entries", bearer).statusCode()).isEqualTo(403);
      assertThat(get(rig, "/v1/databases/0/changes", bearer).statusCode()).isEqualTo(403);
      assertThat(get(rig, "/v1/status", bearer).statusCode()).isEqualTo(403);
      String open = get(rig, "/v1/databases/0/entries?match=open:*", bearer).body();
      assertThat(EntriesTests.byKey(open)).containsOnlyKeys("open:1");
      String databases = get(rig, "/v1/databases", bearer).body();
      assertThat(databases).contains("\"allowed\":[\"open:*\"]").doesNotContain("\"keys\"");
    }
  }

  @Test
  void statusIsShownToWhoMaySeeIt() throws Exception {
    try (WebRig rig = new WebRig(settings -> settings.withAccess(WebRig.rules(true))).ready()) {
      HttpResponse<String> status = get(rig, "/v1/status", "Bearer " + WebRig.TOKEN);
      assertThat(status.statusCode()).isEqualTo(200);
      JsonObject json = JsonObject.parse(status.body());
      assertThat(json.has("unixMillis")).isTrue();
      JsonObject database = json.objects("databases").getFirst();
      assertThat(database.get("level")).isEqualTo("realtime");
      assertThat(database.text("lastRepair")).contains("reason", "unixMillis");
    }
  }

  /** P124: a page of another place is refused unless it is allowed, and then may read (P125). */
  @Test
  void pageOfAnotherOriginIsRefusedUnlessAllowed() throws Exception {
    String good = "https://app.example.org";
    try (WebRig rig =
        new WebRig(settings ->
            settings.withWeb(
                new WebListener(new ListenAddress("127.0.0.1", 0), List.of(good), 100)))
            .ready()) {
      String own = "http://127.0.0.1:" + rig.hub.webPort();
      assertThat(rig.get("/v1/databases", "Origin", own).statusCode()).isEqualTo(200);
      HttpResponse<String> evil = rig.get("/v1/databases", "Origin", "https://evil.example");
      assertThat(evil.statusCode()).isEqualTo(403);
      assertThat(evil.headers().firstValue("access-control-allow-origin")).isEmpty();
      HttpResponse<String> app = rig.get("/v1/databases", "Origin", good);
      assertThat(app.statusCode()).isEqualTo(200);
      assertThat(app.headers().firstValue("access-control-allow-origin")).hasValue(good);
      HttpRequest preflight =
          WebRig.with(
              rig.request("/v1/databases").method("OPTIONS", HttpRequest.BodyPublishers.noBody()),
              "Origin",
              good,
              "Access-Control-Request-Method",
              "GET");
      HttpResponse<String> allowed = rig.client.send(preflight, BodyHandlers.ofString());
      assertThat(allowed.statusCode()).isEqualTo(204);
      assertThat(allowed.headers().firstValue("access-control-allow-headers").orElse(""))
          .contains("Authorization");
    }
  }

  /** P124: a stranger's domain that points at this machine. */
  @Test
  void strangersHostNameIsMisdirectedToAnOpenHub() throws Exception {
    try (WebRig rig = new WebRig().ready()) {
      String evil = raw(rig, "GET /v1/databases HTTP/1.1\r\nHost: evil.example:80\r\n\r\n", "421");
      assertThat(evil).contains("--web-origins");
      raw(rig, "GET /v1/databases HTTP/1.1\r\nHost: localhost:80\r\n\r\n", "200");
      raw(rig, "GET /v1/databases HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200");
    }
  }

  /** P136. */
  @Test
  void whatIsNoHttpOrTooLongEndsItsConnectionWithAReason() throws Exception {
    try (WebRig rig = new WebRig().ready()) {
      raw(rig, "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "414");
      raw(rig, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n", "431");
      raw(rig, "GET /v1/databases/0/entries?match=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", "400");
      raw(rig, "\u0016\u0003\u0001 no HTTP at all\r\n\r\n", "400");
      raw(rig, "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", "413");
      assertThat(rig.get("/v1/databases").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void moreConnectionsThanAllowedAreToldToComeLater() throws Exception {
    try (WebRig rig =
        new WebRig(settings ->
            settings.withWeb(new WebListener(new ListenAddress("127.0.0.1", 0), List.of(), 2)))
            .ready()) {
      try (Socket one = connect(rig);
          Socket two = connect(rig)) {
        ask(one, "GET /v1/databases HTTP/1.1\r\nHost: localhost\r\n\r\n");
        ask(two, "GET /v1/databases HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(firstLine(one)).contains("200");
        assertThat(firstLine(two)).contains("200");
        String refused = raw(rig, "GET /v1/databases HTTP/1.1\r\nHost: localhost\r\n\r\n", "503");
        assertThat(refused.toLowerCase(Locale.ROOT)).contains("retry-after");
      }
    }
  }

  /** The page is there, may load nothing from elsewhere, and is not sent twice (P138). */
  @Test
  void filesComeWithATagAndAPolicy() throws Exception {
    try (WebRig rig = new WebRig().ready()) {
      HttpResponse<String> page = rig.get("/test-page.html");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).contains("A page for tests");
      assertThat(page.headers().firstValue("content-security-policy").orElse(""))
          .contains("default-src 'none'");
      String tag = page.headers().firstValue("etag").orElseThrow();
      assertThat(rig.get("/test-page.html", "If-None-Match", tag).statusCode()).isEqualTo(304);
    }
  }

  private static HttpResponse<String> get(WebRig rig, String path, String authorization)
      throws Exception {
    return rig.get(path, "Authorization", authorization);
  }

  private static Socket connect(WebRig rig) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), rig.hub.webPort());
    socket.setSoTimeout((int) WebRig.LIMIT.toMillis());
    return socket;
  }

  private static void ask(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static String firstLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** Sends these bytes and reads the whole answer, which has this status. */
  private static String raw(WebRig rig, String request, String status) throws IOException {
    try (Socket socket = connect(rig)) {
      ask(socket, request);
      if (status.equals("200")) {
        assertThat(firstLine(socket)).contains(status);
        return "";
      }
      StringBuilder answer = new StringBuilder();
      byte[] buffer = new byte[4096];
      try {
        for (int n = socket.getInputStream().read(buffer);
            n >= 0;
            n = socket.getInputStream().read(buffer)) {
          answer.append(new String(buffer, 0, n, US_ASCII));
          socket.setSoTimeout(2000); // the rest of an answer is not far
        }
      } catch (IOException e) {
        // Kept open, or reset because bytes were left unread: what came counts.
      }
      assertThat(answer.toString()).startsWith("HTTP/1.1 " + status);
      return answer.toString();
    }
  }
}
