package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub's port for browsers with TLS, between real processes: https and wss (P120, P123). */
final class WebTlsTest {
  private static final String TOKEN = "correct-horse-battery-staple";

  @TempDir private Path folder = Path.of("");

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final int webPort = FreePort.next();
  private final RedisServer source = server();
  private final RedisServer target = server();

  private RedisServer server() {
    RedisServer server = RedisServer.started();
    opened.addFirst(server);
    return server;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable part : opened) {
      part.close();
    }
  }

  @Test
  void clientCopiesOverHttpsAndWss() throws Exception {
    fill(Map.of("quote:1", "131.2", "quote:2", "99"));
    Certificates ours = new Certificates(folder, "our-ca");
    Certificates others = new Certificates(folder, "other-ca");
    Node hub = hub("-TLSCA", ours.authority(), "-TLSCRT", ours.hub("hub-1"));
    Node good = client("good", "-TLSCA", ours.authority(), "-TLSCRT", ours.client("edge"));
    Node wrongCa = client("wrong", "-TLSCA", others.authority(), "-TLSCRT", ours.client("edge-2"));
    Node bare = client("bare", "-TLSCA", ours.authority());

    good.awaitReady();
    fill(Map.of("quote:1", "132"));
    Copy.awaitEqual(
        Node.LIMIT, source.address(), target.address(), 0, () -> hub.story() + good.story());
    wrongCa.awaitOutput("the certificate of the hub is not signed by a CA that this client trusts");
    bare.awaitOutput("the hub requires a certificate");
    assertThat(hub.status()).contains("\"name\":\"edge\"");
  }

  /** Who reads over https is who its certificate or its token says, and a cookie is for https. */
  @Test
  void tokenOpensOverHttpsWhatItsRuleAllowsAndIsInNoLog() throws Exception {
    fill(Map.of("quote:1", "131.2", "salary:1", "private"));
    Certificates ours = new Certificates(folder, "our-ca");
    Node hub =
        hub(
            "--config",
            rules().toString(),
            "-TLSCA",
            ours.authority(),
            "-TLSCRT",
            ours.hub("hub-1"));
    HttpClient browser = HttpClient.newBuilder().sslContext(ours.trusting()).build();
    HttpResponse<String> quotes = get(browser, "/v1/databases/0/entries?match=quote:*");
    assertThat(quotes.body()).contains("131.2").doesNotContain("salary");
    assertThat(get(browser, "/v1/databases/0/entries").statusCode()).isEqualTo(403);
    String cookie = get(browser, "/v1/session").headers().firstValue("set-cookie").orElse("");
    assertThat(cookie).endsWith("; Secure");
    assertThat(hub.output()).doesNotContain(TOKEN).doesNotContain(cookie.substring(17, 40));
    try (HttpClient stranger = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> get(stranger, "/v1/databases")).isInstanceOf(SSLException.class);
    }
    browser.close();
  }

  private HttpResponse<String> get(HttpClient browser, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + webPort + path))
            .timeout(Node.LIMIT)
            .header("Authorization", "Bearer " + TOKEN)
            .build();
    return browser.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private Node hub(String... args) {
    List<String> all =
        new ArrayList<>(List.of("--databases=0", "--plaindb=0", "--redis=" + source.address()));
    all.add("--web=127.0.0.1:" + webPort);
    all.addAll(List.of(args));
    Node hub = Node.hub(folder, "hub", all.toArray(String[]::new)).start();
    opened.addFirst(hub);
    return hub.awaitReady();
  }

  private Node client(String name, String... args) {
    List<String> all = new ArrayList<>(List.of("--databases=0", "--redis=" + target.address()));
    all.addAll(List.of(args));
    Node client =
        Node.client(folder, name, "https://127.0.0.1:" + webPort, all.toArray(String[]::new))
            .start();
    opened.addFirst(client);
    return client;
  }

  private Path rules() throws IOException {
    Path token =
        Files.createFile(
            folder.resolve("kiosk.token"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(token, TOKEN);
    return Files.writeString(
        folder.resolve("hub.yaml"),
        """
        access:
          - name: kiosk
            token-file: %s
            databases: [0]
            match: ['quote:*']
        """
            .formatted(token));
  }

  private void fill(Map<String, String> values) {
    try (RedisClient client = RedisClient.create("redis://" + source.address());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().mset(values);
    }
  }
}
