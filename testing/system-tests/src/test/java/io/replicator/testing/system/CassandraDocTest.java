package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands, the file and the queries of docs/cassandra.md, as they stand there but for the
 * ports: the Cassandra is the one that its start script runs.
 */
final class CassandraDocTest {
  private static final Path DOC = Path.of("../../docs/cassandra.md").toAbsolutePath().normalize();
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir private Path folder = Path.of("");

  private final String hubAddress = "127.0.0.1:" + FreePort.next();

  @Test
  void whatTheDocumentSaysWorks() throws IOException {
    String doc = Files.readString(DOC);
    try (RedisServer source = RedisServer.started();
        Redis redis = new Redis(source.port());
        CassandraScript cassandra = CassandraScript.started(DOC, folder)) {
      fill(redis);
      try (ReplicatorProcess hub = process(doc, "hub", source, cassandra).start();
          ReplicatorProcess client = process(doc, "client", source, cassandra).start()) {
        awaitCompareSaysEqual(doc, source, cassandra, hub, client);
        try (CqlSession session = CassandraWatch.session(cassandra.port())) {
          for (String query : queries(doc)) {
            if (!query.contains(".quotes") && !query.contains(".dead_letters")) {
              assertThat(session.execute(query).all()).as(query).isNotEmpty();
            }
          }
        }
        client.kill();
        withTablesOfYourOwn(doc, source, cassandra);
      }
    }
  }

  private static void fill(Redis redis) {
    redis.run("SET greeting hello");
    redis.run("HSET user:1 name Ada age 36");
    redis.run("ZADD board 3 ann 9 bob");
    redis.run("RPUSH queue first second");
    redis.run("XADD log 1700000000001-0 event start");
    redis.send("SET", "quote:IBM", "{\"bid\": 131.2, \"ask\": 131.4, \"time\": 1700000000000}");
    redis.run("HSET quote:SAP bid 99 ask 99.5");
    redis.run("SET quote:BAD none");
  }

  /** The YAML file, whose mapping is new: the rows of the first client are written anew. */
  private void withTablesOfYourOwn(String doc, RedisServer source, CassandraScript cassandra)
      throws IOException {
    Path file = folder.resolve("client.yaml");
    String yaml = at(block(doc, "yaml"), source, cassandra).replace("replicator\n", "own\n");
    Files.writeString(file, yaml);
    String http = "127.0.0.1:" + FreePort.next();
    ReplicatorProcess client =
        ReplicatorProcess.of(folder, "own", "client", "--config", file.toString(), "--http", http);
    try (client;
        CqlSession session = CassandraWatch.session(cassandra.port())) {
      client.start();
      String quotes = query(doc, ".quotes").replace("replicator.", "own.");
      String dead = query(doc, ".dead_letters").replace("replicator.", "own.");
      Await.until(
          LIMIT,
          "rows of the mapping",
          () -> {
            try {
              return !session.execute(quotes).all().isEmpty()
                  && !session.execute(dead).all().isEmpty();
            } catch (com.datastax.oss.driver.api.core.DriverException e) {
              return false; // no tables yet
            }
          });
      var row = session.execute(quotes).one();
      assertThat(row).isNotNull();
      assertThat(row.getDouble("bid")).isEqualTo(131.2);
      assertThat(row.getInstant("ts")).isEqualTo(java.time.Instant.ofEpochMilli(1700000000000L));
      assertThat(session.execute(dead).all())
          .extracting(letter -> letter.getString("key"))
          .containsExactly("quote:BAD");
      assertDeadLettersAreTold(doc, http);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + client.tail(), e);
    }
  }

  /** Under the names that the document gives them. */
  private void assertDeadLettersAreTold(String doc, String http) {
    String metric = "replicator_client_target_dead_letters_total";
    assertThat(doc).contains(metric);
    try (HttpClient client = HttpClient.newHttpClient();
        ReplicatorProcess status =
            ReplicatorProcess.of(folder, "status", "status", "--json", "--http", http)) {
      String metrics =
          client
              .send(
                  HttpRequest.newBuilder(URI.create("http://" + http + "/metrics"))
                      .timeout(LIMIT)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      assertThat(metrics.lines().filter(line -> line.startsWith(metric + "{")))
          .singleElement(InstanceOfAssertFactories.STRING)
          .contains("cassandra")
          .doesNotEndWith(" 0");
      assertThat(status.start().awaitEnd(LIMIT)).isZero();
      assertThat(status.output())
          .containsPattern("\\{\"counter\":\"dead_letters\",\"count\":[1-9]");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitCompareSaysEqual(
      String doc,
      RedisServer source,
      CassandraScript cassandra,
      ReplicatorProcess hub,
      ReplicatorProcess client) {
    String[] words = words(doc, "compare", source, cassandra);
    String[] last = new String[1];
    int[] run = new int[1];
    try {
      Await.until(
          LIMIT,
          "compare ends with 0",
          () -> {
            try (ReplicatorProcess compare =
                ReplicatorProcess.of(folder, "compare" + run[0]++, words)) {
              int code = compare.start().awaitEnd(LIMIT);
              last[0] = compare.output();
              return code == 0;
            }
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n" + last[0] + "\n" + hub.tail() + "\n" + client.tail(), e);
    }
    assertThat(last[0]).contains("database 0: equal. 8 keys at the source, 8 at the target");
  }

  private ReplicatorProcess process(
      String doc, String command, RedisServer source, CassandraScript cassandra) {
    List<String> words = new ArrayList<>(List.of(words(doc, command, source, cassandra)));
    words.addAll(List.of("--http", "off"));
    return ReplicatorProcess.of(folder, command, words.toArray(String[]::new));
  }

  /** The words of the document's only "./replicator command …". */
  private String[] words(
      String doc, String command, RedisServer source, CassandraScript cassandra) {
    List<String> lines =
        doc.lines().filter(line -> line.startsWith("    ./replicator " + command + " ")).toList();
    assertThat(lines).hasSize(1);
    String[] words = at(lines.getFirst().strip(), source, cassandra).split(" +", -1);
    return Arrays.copyOfRange(words, 1, words.length);
  }

  private String at(String text, RedisServer source, CassandraScript cassandra) {
    return text.replace("127.0.0.1:6379", source.address())
        .replace("127.0.0.1:9042", cassandra.address())
        .replace("127.0.0.1:3333", hubAddress);
  }

  private static List<String> queries(String doc) {
    return doc.lines()
        .filter(line -> line.startsWith("    SELECT "))
        .map(line -> line.strip().replaceAll(";$", ""))
        .toList();
  }

  private static String query(String doc, String table) {
    return queries(doc).stream().filter(query -> query.contains(table)).findFirst().orElseThrow();
  }

  private static String block(String doc, String language) {
    Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(doc);
    assertThat(block.find()).isTrue();
    return block.group(1);
  }
}
