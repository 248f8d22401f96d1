package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Sink;
import io.replicator.client.sink.cassandra.CassandraEndpoint;
import io.replicator.client.sink.cassandra.CassandraSinkSettings;
import io.replicator.client.sink.cassandra.KeyMapping;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was given about a Cassandra arrives in the sink's settings, and bad input is named. */
class CassandraAccessTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void optionsGiveEndpointAndSettings() {
    CassandraAccess access =
        access(
            "client --cassandra a,b:9043,[::1]:9044 --keyspace k --datacenter dc --create-schema"
                + " --cassandra-consistency quorum --cassandra-in-flight 8 --cassandra-timeout 3s"
                + " --cassandra-max-value 1MiB --databases 5 --map-db 5:0 --cassandra-user u",
            Map.of("REPLICATOR_CASSANDRA_PASSWORD", "secret"));

    CassandraEndpoint endpoint = access.endpoint();
    assertThat(endpoint.name()).isEqualTo("a:9042,b:9043,[::1]:9044");
    assertThat(endpoint.datacenter()).isEqualTo("dc");
    assertThat(endpoint.user()).isEqualTo("u");
    assertThat(endpoint.toString()).doesNotContain("secret");
    CassandraSinkSettings settings = access.settings();
    assertThat(settings.keyspace()).isEqualTo("k");
    assertThat(settings.createSchema()).isTrue();
    assertThat(settings.consistency()).isEqualTo("QUORUM");
    assertThat(settings.inFlight()).isEqualTo(8);
    assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.maxValueBytes()).isEqualTo(1 << 20);
    assertThat(settings.targetDatabase(5)).isZero();
  }

  @Test
  void fileGivesTablesOfTheUsersOwn() throws IOException {
    Path yaml = folder.resolve("client.yaml");
    Files.writeString(
        yaml,
        """
        databases: [5]
        cassandra: 127.0.0.1:9042
        cassandra-tables:
          - key: "quote:{symbol}"
            table: quotes
            columns: {symbol: text, bid: double, ts: timestamp}
            from: {ts: time}
        """);

    List<KeyMapping> mappings = access("client --config " + yaml, Map.of()).settings().mappings();

    assertThat(mappings)
        .containsExactly(
            new KeyMapping(
                5,
                "quote:{symbol}",
                "quotes",
                Map.of("symbol", "text", "bid", "double", "ts", "timestamp"),
                Map.of("ts", "time")));
  }

  @Test
  void aClientMayWriteToCassandraAloneOrToRedisToo() {
    assertThat(targets("client --cassandra a:1"))
        .extracting(Sink::name)
        .containsExactly("cassandra a:1");
    assertThat(targets("client --cassandra a:1 --redis r:2"))
        .extracting(Sink::name)
        .containsExactly("cassandra a:1", "redis r:2");
    assertThat(targets("client --cassandra a:1 --targets t:3"))
        .extracting(Sink::name)
        .containsExactly("cassandra a:1", "redis t:3");
  }

  @Test
  void badInputIsNamedWithWhatWasExpected() throws IOException {
    refused("client --keyspace k", "option --keyspace", "is of no use without --cassandra");
    refused("client --cassandra a:x", "'a:x'", "expected host:port of a Cassandra node");
    refused("client --cassandra a --keyspace Up", "keyspace 'Up'", "lower case letters");
    refused("client --cassandra a --cassandra-user u", "user 'u' and no password", "give both");
    refused("client --cassandra a --cassandra-ca ca.pem", "of no use without --cassandra-tls");
    refused("client --cassandra a --flush", "--flush", "of no use without a --redis target");
    refused("client --cassandra a --print", "of no use with --print");
    Path yaml = folder.resolve("bad.yaml");
    Files.writeString(
        yaml,
        """
        databases: [5, 0]
        cassandra: a
        cassandra-tables: [{key: "q:{s}", table: q, columns: {s: text}}]
        """);
    refused("client --config " + yaml, "'database' is missing, and there are 2");
  }

  private static void refused(String line, String... texts) {
    assertThatThrownBy(() -> targets(line))
        .isInstanceOf(UsageError.class)
        .hasMessageContainingAll(texts);
  }

  private static List<Sink> targets(String line) {
    Given given = given(line);
    List<Sink> targets =
        new ClientCommand(
                given,
                new Secrets(Map.of()),
                new PrintStream(new ByteArrayOutputStream()),
                new ProgressLine(System.err, false, System::nanoTime))
            .targets();
    targets.forEach(Sink::close);
    return targets;
  }

  private static CassandraAccess access(String line, Map<String, String> environment) {
    return new CassandraAccess(given(line), new Secrets(environment));
  }

  private static Given given(String line) {
    return CommandLines.parse(line.split(" ", -1)) instanceof CommandLines.Request.Run run
        ? run.given()
        : org.assertj.core.api.Assertions.fail("not a command: " + line);
  }
}
