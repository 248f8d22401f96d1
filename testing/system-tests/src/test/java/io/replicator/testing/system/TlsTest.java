package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS, identities and tokens between real processes: who may, copies; who may not, is told why
 * (I10).
 */
final class TlsTest {
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final String OTHER_TOKEN = "incorrect-horse-battery-staple";
  private static final Duration END_LIMIT = Duration.ofMinutes(2);

  @TempDir private Path folder = Path.of("");

  private final List<AutoCloseable> opened = new ArrayList<>();
  private RedisServer source = started();
  private RedisServer target = started();

  private RedisServer started() {
    RedisServer server = RedisServer.started();
    opened.addFirst(server);
    return server;
  }

  @BeforeEach
  void fillSource() {
    try (RedisClient client = RedisClient.create("redis://" + source.address());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().set("quote:1", "allowed");
      connection.sync().set("salary:1", "private");
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable part : opened) {
      part.close();
    }
  }

  @Test
  void copiesOverMutualTlsAndTurnsAwayWhoCannotBeTrusted() {
    Certificates ours = new Certificates(folder, "our-ca");
    Certificates others = new Certificates(folder, "other-ca");
    Node hub = hub("hub", "-TLSCA", ours.authority(), "-TLSCRT", ours.hub("hub-1"));
    Node good = client("good", hub, "-TLSCA", ours.authority(), "-TLSCRT", ours.client("edge"));
    Node wrongCa =
        refused("wrong-ca", hub, "-TLSCA", others.authority(), "-TLSCRT", ours.client("edge-2"));
    Node ofOtherCa =
        refused("of-other-ca", hub, "-TLSCA", ours.authority(), "-TLSCRT", others.client("edge-3"));
    Node expired =
        refused("expired", hub, "-TLSCA", ours.authority(), "-TLSCRT", ours.expiredClient("edge"));
    Node bare = refused("bare", hub, "-TLSCA", ours.authority());
    Node plain = refused("plain", hub);

    good.awaitReady();
    Copy.awaitEqual(
        Node.LIMIT, source.address(), target.address(), 0, () -> hub.story() + good.story());
    wrongCa.awaitOutput("the certificate of the hub is not signed by a CA that this client trusts");
    ofOtherCa.awaitOutput("the hub requires a certificate");
    expired.awaitOutput("the hub says that the certificate of this client has expired");
    bare.awaitOutput("the hub requires a certificate, this client has none");
    plain.awaitOutput("peer closed before its first frame");
    hub.awaitOutput("showed no certificate, this hub requires one");
    hub.awaitOutput("does not speak TLS");
    for (Node node : List.of(wrongCa, ofOtherCa, expired, bare, plain)) {
      assertThat(node.output()).as("nothing for " + node.story()).doesNotContain("quote:1");
    }
    assertThat(hub.status()).contains("\"name\":\"edge\"");
    assertThat(hub.figure("sentBytes")).isPositive();
  }

  @Test
  void clientDoesNotTalkToAHubWhoseCertificateHasExpired() {
    Certificates ours = new Certificates(folder, "our-ca");
    Node hub = hub("hub", "-TLSCA", ours.authority(), "-TLSCRT", ours.expiredHub("hub-1"));
    Node client =
        refused("client", hub, "-TLSCA", ours.authority(), "-TLSCRT", ours.client("edge"));
    client.awaitOutput("the certificate of the hub has expired");
  }

  @Test
  void anIdentityGetsWhatItsRuleAllowsAndNothingElse() throws IOException {
    Certificates ours = new Certificates(folder, "our-ca");
    Node hub =
        hub(
            "hub",
            "--config",
            rules().toString(),
            "-TLSCA",
            ours.authority(),
            "-TLSCRT",
            ours.hub("hub-1"));
    String[] edge = {"-TLSCA", ours.authority(), "-TLSCRT", ours.client("edge")};
    String[] stranger = {"-TLSCA", ours.authority(), "-TLSCRT", ours.client("stranger")};
    Node allowed = client("allowed", hub, with(edge, "--match", "quote:*"));
    Node greedy = refused("greedy", hub, edge);
    Node unknown = refused("unknown", hub, stranger);

    greedy.awaitOutput("only the key patterns [quote:*]");
    unknown.awaitOutput("no access rule names the certificate 'stranger'");
    allowed.awaitReady();
    assertThat(targetKeys()).containsExactly("quote:1");
    assertThat(greedy.output() + unknown.output()).doesNotContain("salary");
  }

  @Test
  void aTokenOpensWhatItsRuleAllowsAndIsNeverShown() throws IOException {
    Certificates ours = new Certificates(folder, "our-ca");
    Node hub =
        hub(
            "hub",
            "--config",
            rules().toString(),
            "-TLSCA",
            ours.authority(),
            "-TLSCRT",
            ours.hub("hub-1"));
    String[] tls = {"-TLSCA", ours.authority()};
    Node good = client("good", hub, with(tls, "--token-file", secret("good", TOKEN)));
    Node wrong = refused("wrong", hub, with(tls, "--token-file", secret("wrong", OTHER_TOKEN)));
    Node none = refused("none", hub, tls);

    wrong.awaitOutput("the token is not known here");
    none.awaitOutput("a token or a client certificate is needed");
    good.awaitReady();
    assertThat(targetKeys()).containsExactlyInAnyOrder("quote:1", "salary:1");
    for (Node node : List.of(hub, good, wrong, none)) {
      assertThat(node.output() + node.status()).doesNotContain(TOKEN).doesNotContain(OTHER_TOKEN);
    }
    assertThat(ProcessHandle.current().children().map(child -> child.info().toString()))
        .isNotEmpty()
        .noneMatch(line -> line.contains(TOKEN));
  }

  @Test
  void plainTcpIsForLoopbackUnlessInsecureIsAskedFor() {
    ReplicatorProcess open =
        ReplicatorProcess.of(
            folder,
            "open-hub",
            "hub",
            "--hub",
            "0.0.0.0:0",
            "--http",
            "off",
            "-redis",
            "127.0.0.1:1");
    ReplicatorProcess far =
        ReplicatorProcess.of(
            folder, "far", "client", "--hub", "192.0.2.1:3333", "--http", "off", "--print");
    opened.addFirst(open.start());
    opened.addFirst(far.start());
    assertThat(open.awaitEnd(END_LIMIT)).as(open.output()).isEqualTo(2);
    assertThat(open.output()).contains("0.0.0.0:0 can be reached from other machines", "insecure");
    assertThat(far.awaitEnd(END_LIMIT)).as(far.output()).isEqualTo(2);
    assertThat(far.output()).contains("hub 192.0.2.1:3333 is on another machine", "insecure");

    Node hub = hub("hub", "--insecure");
    Node client = client("client", hub, "--insecure");
    client.awaitReady();
    assertThat(targetKeys()).containsExactlyInAnyOrder("quote:1", "salary:1");
  }

  /** The certificate's identity may read quotes, the token's everything. */
  private Path rules() throws IOException {
    return Files.writeString(
        folder.resolve("hub.yaml"),
        """
        access:
          - identity: edge
            databases: [0]
            match: ['quote:*']
          - name: reporting
            token-file: %s
            databases: [0]
        """
            .formatted(secret("reporting", TOKEN)));
  }

  private String secret(String name, String token) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".token"), token + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file.toString();
  }

  private Node hub(String name, String... args) {
    String[] database = {"--databases", "0", "--plaindb", "0", "-redis", source.address()};
    return opened(Node.hub(folder, name, with(database, args)));
  }

  private Node client(String name, Node hub, String... args) {
    String[] redis = {"--databases", "0", "-redis", target.address()};
    return opened(Node.client(folder, name, hub.address(), with(redis, args)));
  }

  /** A client that writes what it gets to its output: nothing, if all is well. */
  private Node refused(String name, Node hub, String... args) {
    return opened(Node.client(folder, name, hub.address(), with(args, "--print")));
  }

  private Node opened(Node node) {
    opened.addFirst(node.start());
    return node;
  }

  private static String[] with(String[] first, String... rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(rest));
    return all.toArray(String[]::new);
  }

  private List<String> targetKeys() {
    List<String> keys = new ArrayList<>();
    try (RedisClient client = RedisClient.create("redis://" + target.address());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      Await.until(
          Node.LIMIT,
          "keys at the target",
          () -> {
            keys.clear();
            connection.sync().keys("*").stream()
                .filter(key -> !key.startsWith("__replicator"))
                .forEach(keys::add);
            return !keys.isEmpty();
          });
    }
    return keys;
  }
}
