package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.batch;
import static io.replicator.client.sink.cassandra.Rig.feed;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.SinkException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is missing is said precisely, and nothing is made without being asked for. */
final class SchemaTest {
  private final Rig rig = Rig.inNewKeyspace();

  @AfterEach
  void close() {
    rig.close();
  }

  private CassandraSinkSettings unasked() {
    return rig.settings().withCreateSchema(false);
  }

  @Test
  void missingThingsAreNamedAndMadeOnlyOnRequest() {
    refused(unasked(), "the keyspace does not exist", "--create-schema");
    rig.opened();
    done(rig.opened(unasked()).apply(batch(put("k", "v")).build()));

    rig.run("DROP TABLE KS.sets");
    rig.run("ALTER TABLE KS.strings DROP expires_at");
    rig.run("DROP TABLE KS.hashes");
    rig.run(
        "CREATE TABLE KS.hashes (db int, key text, field text, size int,"
            + " PRIMARY KEY (db, key, field))");
    refused(
        unasked(),
        "table sets is missing",
        "column strings.expires_at is missing",
        "column hashes.size must be STATIC",
        "column hashes.complete is missing",
        "table hashes has the primary key");
    refused(rig.settings(), "column strings.expires_at is missing", "change or drop it by hand");
  }

  @Test
  void tablesOfTheUsersOwnAreCheckedAndMade() {
    rig.opened();
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("symbol", "text");
    columns.put("venue", "text");
    columns.put("bid", "double");
    List<KeyMapping> mappings =
        List.of(new KeyMapping(-1, "q:{venue}:{symbol}", "quotes", columns, Map.of()));
    refused(unasked().withMappings(mappings), "table quotes is missing");

    // The user's own order of the primary key, and columns that Replicator does not know.
    rig.run(
        "CREATE TABLE KS.quotes (symbol text, venue text, bid double, note text,"
            + " PRIMARY KEY (symbol, venue))");
    done(
        rig.opened(unasked().withMappings(mappings))
            .apply(batch(put("q:X:IBM", "{\"bid\":1}")).build()));
    assertThat(rig.rows("SELECT venue FROM quotes WHERE symbol = 'IBM'")).hasSize(1);

    rig.run("DROP TABLE KS.quotes");
    rig.run("CREATE TABLE KS.quotes (symbol text PRIMARY KEY, venue text, bid float)");
    refused(
        unasked().withMappings(mappings),
        "column quotes.bid is float, expected double",
        "table quotes has the primary key [symbol], expected [venue, symbol]");

    rig.run("DROP TABLE KS.quotes");
    rig.opened(rig.settings().withMappings(mappings));
    assertThat(rig.rows("SELECT venue, symbol, bid FROM quotes")).isEmpty();
  }

  @Test
  void aBadMappingIsRefusedWithWhatWasExpected() {
    Map<String, String> columns = Map.of("symbol", "text", "bid", "double");
    assertThatThrownBy(() -> new KeyMapping(-1, "quote", "quotes", columns, Map.of()))
        .hasMessageContaining("at least one named part, like quote:{symbol}");
    assertThatThrownBy(() -> new KeyMapping(-1, "q:{a}{b}", "quotes", columns, Map.of()))
        .hasMessageContaining("something between {a} and {b}");
    assertThatThrownBy(() -> new KeyMapping(-1, "q:{name}", "quotes", columns, Map.of()))
        .hasMessageContaining("{name} is no column");
    assertThatThrownBy(
            () -> new KeyMapping(-1, "q:{symbol}", "quotes", Map.of("symbol", "txt"), Map.of()))
        .hasMessageContaining("column symbol of type 'txt': expected one of [text, blob, int");
    assertThatThrownBy(() -> new KeyMapping(-1, "q:{symbol}", "strings", columns, Map.of()))
        .hasMessageContaining("table strings is Replicator's own");
    assertThatThrownBy(
            () -> new KeyMapping(-1, "q:{symbol}", "quotes", columns, Map.of("ask", "a")))
        .hasMessageContaining("from names the column ask");
  }

  private void refused(CassandraSinkSettings settings, String... texts) {
    CassandraSink sink = rig.sink(settings);
    assertThatThrownBy(() -> done(sink.open(feed())))
        .isInstanceOfSatisfying(
            SinkException.class,
            e -> assertThat(e.category()).isEqualTo(SinkException.Category.REFUSED))
        .hasMessageContainingAll(texts);
  }
}
