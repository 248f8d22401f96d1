package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.QosLevel;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.qos.QosCaps;
import io.replicator.hub.server.AccessRule;
import io.replicator.hub.server.HubSettings;
import io.replicator.link.codec.Compression;
import io.replicator.link.transport.netty.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was given arrives in the settings of hub and client. */
class MappingTest {
  private static final Secrets NO_SECRETS = new Secrets(Map.of());

  @TempDir private Path folder;

  @Test
  void originalServerUsageGivesTheHubItsSettings() {
    HubSettings hub =
        hub("-server -databases 5,0 -plaindb 0 -redis r1:6379,r2:6380 -hub :3333 -nowait");

    assertThat(hub.address()).hasToString(":3333");
    assertThat(hub.redis().name()).isEqualTo("r1:6379,r2:6380");
    assertThat(hub.databases()).extracting("number").containsExactly(5, 0);
    assertThat(hub.databases()).extracting("versioned").containsExactly(true, false);
    assertThat(hub.databases())
        .extracting(database -> database.settings().level())
        .containsExactly(QosLevel.REALTIME, QosLevel.HIGH);
    assertThat(hub.drainTimeout()).isZero();
    assertThat(hub.tls()).isNull();
    assertThat(hub.http()).hasToString("127.0.0.1:3380");
  }

  @Test
  void fileGivesCollectionsAccessAndCaps() throws IOException {
    Path token = file("token", "0123456789abcdef-secret\n");
    Path yaml =
        file(
            "hub.yaml",
            """
            databases: 5,0
            rate: 1MiB
            rates: {idle: 16KiB}
            caps:
              - {identity: branch-1, rate: 0, rates: {low: 32KiB, idle: 0}}
              - {client: kiosk, rate: 8KiB}
            block-bytes: 2KiB
            keep-alive: 3s
            codec: [lz4, none]
            collections:
              - {name: quotes, database: 5, match: ['quote:*'], exclude: ['quote:x*'], level: idle}
              - {name: all, database: 0}
            access:
              - {identity: branch-1, databases: [5], match: ['quote:*']}
              - {name: reports, token-file: %s, collections: [quotes]}
            """
                .formatted(token));

    HubSettings hub = hub("hub --config " + yaml);

    var quotes = hub.databases().getFirst().settings().collections().getFirst();
    assertThat(quotes.name()).isEqualTo("quotes");
    assertThat(quotes.level()).isEqualTo(QosLevel.IDLE);
    assertThat(quotes.patterns().includes()).containsExactly("quote:*");
    assertThat(quotes.patterns().excludes()).containsExactly("quote:x*");
    assertThat(hub.databases().get(1).settings().collections().getFirst().level())
        .isEqualTo(QosLevel.HIGH);
    assertThat(hub.delivery().blockBytes()).isEqualTo(2048);
    assertThat(hub.delivery().keepAlive()).isEqualTo(Duration.ofSeconds(3));
    assertThat(hub.delivery().compressions()).containsExactly(Compression.LZ4, Compression.NONE);
    CapRules caps = hub.delivery().caps();
    assertThat(caps.of("branch-2", "x"))
        .isEqualTo(new QosCaps(1 << 20, Map.of(QosLevel.IDLE, 16_384L)));
    assertThat(caps.of("reports+branch-1", "kiosk"))
        .isEqualTo(new QosCaps(0, Map.of(QosLevel.LOW, 32_768L)));
    assertThat(caps.of("", "kiosk")).isEqualTo(new QosCaps(8192, Map.of(QosLevel.IDLE, 16_384L)));
    assertThat(caps.text())
        .isEqualTo(
            "all 1048576, idle 16384; identity branch-1 none, low 32768;"
                + " client kiosk 8192, idle 16384");
    assertThat(hub.access().getFirst().who()).isEqualTo(new AccessRule.Certificate("branch-1"));
    assertThat(hub.access().getFirst().grants())
        .containsExactly(new AccessRule.Grant(5, List.of("quote:*"), List.of()));
    assertThat(hub.access().get(1).grants())
        .containsExactly(
            new AccessRule.Grant(5, List.of(), List.of("quotes")),
            new AccessRule.Grant(0, List.of(), List.of("quotes")));
    assertThat(hub.toString()).doesNotContain("secret");
  }

  @Test
  void howCopiesAreComparedIsSetOnBothSides() {
    var hub =
        hub("hub --reconcile off --reconcile-memory 64MiB --hash-rate 0 --tombstones 7").delivery();
    assertThat(hub.maxTombstones()).isEqualTo(7);
    assertThat(hub.reconcile().enabled()).isFalse();
    assertThat(hub.reconcile().memoryBytes()).isEqualTo(64L << 20);
    assertThat(hub.reconcile().aheadKeysPerSecond()).isZero();
    assertThat(hub("hub").delivery().reconcile().enabled()).isTrue();

    var client = client("client --reconcile off --reconcile-memory 64MiB --remember 0B").compare();
    assertThat(client.reconcile()).isFalse();
    assertThat(client.memoryBytes()).isEqualTo(64L << 20);
    assertThat(client.remembers()).isFalse();
    assertThat(client("client").compare()).isEqualTo(CompareSettings.DEFAULTS);
  }

  @Test
  void capsThatCannotBeMeantAreRefusedByName() throws IOException {
    assertThatThrownBy(() -> hub("hub --config " + file("a.yaml", "caps: [{rate: 1KiB}]\n")))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("caps: identity: expected either 'identity'");
    Path rate = file("b.yaml", "caps: [{client: c, rates: {idle: fast}}]\n");
    assertThatThrownBy(() -> hub("hub --config " + rate))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("rates: idle: 'fast': expected");
    Path level = file("c.yaml", "caps: [{client: c, rates: {slow: 1KiB}}]\n");
    assertThatThrownBy(() -> hub("hub --config " + level)).hasMessageContaining("slow");
  }

  @Test
  void hubWithACaWantsClientCertificatesUnlessItKnowsTokens() throws IOException {
    Path ca = file("ca.pem", "x");
    String files = " --TLSCA " + ca + " --TLSCRT " + ca + "," + ca;
    Path token = file("token", "0123456789abcdef\n");
    Path yaml = file("hub.yaml", "access: [{name: a, token-file: " + token + "}]\n");

    assertThat(tls(hub("hub" + files)).requireClientCertificate()).isTrue();
    assertThat(tls(hub("hub --config " + yaml + files)).requireClientCertificate()).isFalse();
  }

  @Test
  void tlsFilesThatWereNamedMustExist() {
    Path missing = folder.resolve("no.pem");

    assertThatThrownBy(() -> hub("hub --TLSCA " + missing))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("option --TLSCA: " + missing + " does not exist");
    assertThatThrownBy(() -> hub("hub --TLSCRT a.crt"))
        .hasMessageContaining("'a.crt': expected two files");
  }

  @Test
  void originalClientUsageGivesTheClientItsSettings() {
    ReplicaSettings client =
        client("-hub :3333 -databases 5,0 -redis 127.0.0.1:6380 --window 1MiB --codec gzip");

    assertThat(client.hubs()).hasToString("[127.0.0.1:3333]");
    assertThat(client.feeds()).extracting(feed -> feed.id().database()).containsExactly(5, 0);
    assertThat(client.feeds())
        .extracting("level")
        .containsExactly(QosLevel.REALTIME, QosLevel.HIGH);
    assertThat(client.receiver().windowBytes()).isEqualTo(1 << 20);
    assertThat(client.receiver().codecs()).containsExactly(Compression.GZIP);
    assertThat(client.httpAddress()).isEqualTo("127.0.0.1:3381");
  }

  @Test
  void collectionsAndPatternsBecomeFeeds() {
    ReplicaSettings client =
        client("client --hub :1 --collection 5.quotes --match a* --http off --name branch");

    assertThat(client.feeds()).hasSize(1);
    assertThat(client.feeds().getFirst().id().collection()).isEqualTo("quotes");
    assertThat(client.feeds().getFirst().id().patterns().includes()).containsExactly("a*");
    assertThat(client.receiver().clientId()).isEqualTo("branch");
    assertThat(client.httpAddress()).isEmpty();
  }

  @Test
  void plainTcpToAnotherMachineNeedsTheWord() {
    assertThatThrownBy(() -> client("client --hub far.example.org:3333"))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("TLS is off");
    assertThat(client("client --hub far.example.org:3333 --insecure").insecure()).isTrue();
  }

  @Test
  void passwordsComeFromFileOrEnvironmentAndAreNotShown() throws IOException {
    Path password = file("password", "from file\n");
    Given withFile = given("client --redis-password-file " + password);
    Given without = given("client");
    Secrets environment = new Secrets(Map.of("REPLICATOR_REDIS_PASSWORD", "from environment"));

    var fromFile = RedisAccess.endpoint(withFile, environment, RedisAccess.REDIS);
    var fromEnvironment = RedisAccess.endpoint(without, environment, RedisAccess.REDIS);

    assertThat(fromFile.login().password().reveal()).isEqualTo("from file".toCharArray());
    assertThat(fromEnvironment.login().password().reveal())
        .isEqualTo("from environment".toCharArray());
    assertThat(fromFile.toString()).doesNotContain("from file");
    assertThatThrownBy(
            () -> RedisAccess.endpoint(given("client --user u"), NO_SECRETS, RedisAccess.REDIS))
        .hasMessageContaining("'u' without a password: give --redis-password-file");
  }

  @Test
  void refusesWhatMakesNoSenseTogether() throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line :
        List.of("client --print --flush", "client --redis nonsense:x", "client --redis-ca a.pem")) {
      try {
        new ClientCommand(
                given(line),
                NO_SECRETS,
                System.out,
                new ProgressLine(System.err, false, System::nanoTime))
            .targets();
      } catch (UsageError e) {
        texts.add(Objects.requireNonNull(e.getMessage()));
      }
    }
    Path yaml = file("hub.yaml", "databases: 5\ncollections: [{name: a, database: 6}]\n");
    assertThatThrownBy(() -> hub("hub --config " + yaml))
        .hasMessageContaining("6 is not in --databases (5)");
    assertThat(texts).hasSize(3);
    assertThat(texts.get(0)).contains("--flush").contains("of no use with --print");
    assertThat(texts.get(1)).contains("--redis").contains("nonsense:x");
    assertThat(texts.get(2)).contains("of no use without --redis-tls");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static TlsSettings tls(HubSettings settings) {
    return Objects.requireNonNull(settings.tls());
  }

  private static HubSettings hub(String line) {
    return new HubMapping(given(line), NO_SECRETS).settings();
  }

  private static ReplicaSettings client(String line) {
    return new ClientMapping(given(line), NO_SECRETS).settings();
  }

  private static Given given(String line) {
    return ((CommandLines.Request.Run) CommandLines.parse(line.split(" "))).given();
  }
}
