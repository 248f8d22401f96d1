package io.replicator.client.sink.cassandra;

import static io.replicator.client.sink.cassandra.Rig.batch;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.hash;
import static io.replicator.testing.testkit.SinkData.list;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.remove;
import static io.replicator.testing.testkit.SinkData.string;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.testing.testkit.SinkData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys of a pattern in tables of the user's own, and dead letters. */
final class MappedTablesTest {
  private final Rig rig = new Rig();
  private final String table = "quotes" + Rig.database();

  @AfterEach
  void close() {
    rig.close();
  }

  private CassandraSinkSettings settings() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("symbol", "text");
    columns.put("bid", "double");
    columns.put("size", "int");
    columns.put("ts", "timestamp");
    columns.put("open", "boolean");
    return rig.settings()
        .withMappings(
            List.of(new KeyMapping(-1, "quote:{symbol}", table, columns, Map.of("ts", "time"))));
  }

  private Row quote(String symbol) {
    List<Row> rows =
        rig.rows(
            "SELECT symbol, bid, size, ts, open, ttl(bid) FROM "
                + table
                + " WHERE symbol = '"
                + symbol
                + "'");
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }

  private List<Row> quotes() {
    return rig.rows("SELECT symbol FROM " + table);
  }

  @Test
  void membersOfAJsonObjectAndFieldsOfAHashAreColumns() {
    CassandraSink sink = rig.opened(settings());
    done(
        sink.apply(
            batch(
                    put(
                        "quote:IBM",
                        "{\"bid\":101.5,\"size\":3,\"time\":1700000000123,\"open\":true,\"x\":[1]}"),
                    put("quote:SAP", hash("bid", "99", "time", "2026-01-31T12:00:00Z")),
                    put("other", "{\"bid\":1}"))
                .build()));

    Row ibm = quote("IBM");
    assertThat(ibm.getDouble("bid")).isEqualTo(101.5);
    assertThat(ibm.getInt("size")).isEqualTo(3);
    assertThat(ibm.getInstant("ts")).isEqualTo(Instant.ofEpochMilli(1700000000123L));
    assertThat(ibm.getBoolean("open")).isTrue();
    Row sap = quote("SAP");
    assertThat(sap.getDouble("bid")).isEqualTo(99);
    assertThat(sap.isNull("size")).isTrue();
    assertThat(sap.getInstant("ts")).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
    assertThat(rig.tablesOf("quote:IBM")).isEmpty();
    assertThat(rig.tablesOf("other")).containsExactly("strings");
    assertThat(sink.counters().get(SinkCounter.MAPPED)).isEqualTo(2);
  }

  @Test
  void aRowIsReplacedWhollyAndGoesWithItsKey() {
    CassandraSink sink = rig.opened(settings());
    done(sink.apply(batch(put("quote:A", "{\"bid\":1,\"size\":2}"), put("quote:B", "{}")).build()));
    done(sink.apply(batch(put("quote:A", hash("size", "5"))).build()));
    assertThat(quote("A").isNull("bid")).isTrue();
    assertThat(quote("A").getInt("size")).isEqualTo(5);
    done(
        sink.apply(
            batch(
                    remove("quote:B"),
                    put("quote:A", string("{\"bid\":7}"), System.currentTimeMillis() + 60_000))
                .build()));
    assertThat(quotes()).hasSize(1);
    assertThat(quote("A").getInt(5)).isBetween(30, 60);
  }

  @Test
  void whatDoesNotFitIsADeadLetterAndTheFeedGoesOn() {
    CassandraSink sink = rig.opened(settings());
    done(
        sink.apply(
            batch(
                    put("quote:A", "{\"bid\":\"much\"}"),
                    put("quote:B", "no json"),
                    put("quote:C", list("1")),
                    put("quote:D", hash("size", "99999999999")),
                    put("quote:E", "{\"bid\":5}"),
                    put("quote:F", "{\"bid\":5} x"),
                    put("module", new Value.OpaqueValue("ReJSON-RL", bytes("dump"))))
                .build()));

    Map<String, String> reasons = new LinkedHashMap<>();
    for (String key : List.of("quote:A", "quote:B", "quote:C", "quote:D", "module")) {
      reasons.put(key, reason(key));
    }
    assertThat(reasons.get("quote:A"))
        .isEqualTo("column " + table + ".bid: 'much' is not a number (double)");
    assertThat(reasons.get("quote:B")).startsWith("a string that is no JSON");
    assertThat(reasons.get("quote:C"))
        .isEqualTo("a list: expected a hash, or a string that is a JSON object");
    assertThat(reasons.get("quote:D"))
        .isEqualTo(
            "column " + table + ".size: '99999999999' is not a whole number of 32 bits (int)");
    assertThat(reasons.get("module")).contains("ReJSON-RL");
    assertThat(quotes()).extracting(row -> row.getString(0)).containsExactly("E");
    assertThat(sink.counters().get(SinkCounter.DEAD_LETTERS)).isEqualTo(6);
    assertThat(rig.rows("SELECT value, type FROM dead_letters WHERE db = 0 AND key = 'quote:D'"))
        .extracting(row -> row.getString(0) + " " + row.getString(1))
        .containsExactly("{\"size\":\"99999999999\"} hash");
  }

  private String reason(String key) {
    List<Row> rows =
        rig.rows("SELECT reason FROM dead_letters WHERE db = 0 AND key = '" + key + "'");
    return rows.isEmpty() ? "" : String.valueOf(rows.getFirst().getString(0));
  }

  @Test
  void aDeadLetterTakesTheOldRowAwayAndGoesWhenTheValueFitsAgain() {
    CassandraSink sink = rig.opened(settings());
    for (int i = 0; i < 3; i++) {
      done(sink.apply(batch(put("quote:A", "{\"bid\":1}"), put("m", "text")).build()));
      assertThat(quotes()).hasSize(1);
      assertThat(reason("quote:A")).isEmpty();
      done(
          sink.apply(
              batch(
                      put("quote:A", "{\"bid\":\"x\"}"),
                      put("m", new Value.OpaqueValue("x", bytes("y"))))
                  .build()));
      assertThat(quotes()).isEmpty();
      assertThat(rig.tablesOf("quote:A")).containsExactly("dead_letters");
      assertThat(rig.tablesOf("m")).containsExactly("dead_letters");
    }
    done(sink.apply(batch(remove("quote:A"), remove("m")).build()));
    assertThat(rig.tablesOf("quote:A")).isEmpty();
    assertThat(rig.tablesOf("m")).isEmpty();
  }

  @Test
  void valuesAndKeysThatAreTooLargeAreDeadLetters() {
    CassandraSink sink = rig.opened(rig.settings().withSizes(10_000, 1024));
    String longKey = "k".repeat(70_000);
    List<Change> changes = new ArrayList<>();
    changes.add(put("large", "x".repeat(10_001)));
    changes.add(put("field", hash("f".repeat(66_000), "v")));
    changes.add(new Change.Put(Key.of(longKey), 1, string("v"), 0));
    changes.add(put("fits", "x".repeat(10_000)));
    done(sink.apply(batch(changes.toArray(Change[]::new)).build()));

    assertThat(reason("large")).isEqualTo("the string has 10001 bytes: 10000 at most");
    assertThat(reason("field")).startsWith("a field takes 66000 bytes");
    assertThat(rig.tablesOf("fits")).containsExactly("strings");
    assertThat(rig.rows("SELECT key, reason FROM dead_letters WHERE db = 0 ALLOW FILTERING"))
        .anySatisfy(row -> {
          assertThat(row.getString(0)).startsWith("\\xlong-");
          assertThat(row.getString(1)).startsWith("the key takes 70000 bytes");
        });
    for (int i = 0; i < 12; i++) {
      done(
          sink.apply(batch(SinkData.part("parts", i, i == 11, string("x".repeat(8_000)))).build()));
    }
    assertThat(reason("parts")).startsWith("the value has 96000 bytes: 80000 of values");
  }

  @Test
  void partsOfAKeyMustReadBackAsTheyStand() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("account", "int");
    columns.put("day", "date");
    columns.put("total", "decimal");
    String own = "totals" + Rig.database();
    CassandraSink sink =
        rig.opened(
            rig.settings()
                .withMappings(
                    List.of(new KeyMapping(-1, "total:{account}:{day}", own, columns, Map.of()))));
    done(
        sink.apply(
            batch(
                    put("total:7:2026-01-31", "{\"total\":1.50}"),
                    put("total:007:2026-01-31", "{\"total\":2}"))
                .build()));

    assertThat(rig.rows("SELECT total FROM " + own + " WHERE account = 7"))
        .extracting(row -> String.valueOf(row.getBigDecimal(0)))
        .containsExactly("1.50");
    assertThat(reason("total:007:2026-01-31")).contains("two keys would share a row");
    done(sink.apply(batch(remove("total:7:2026-01-31")).build()));
    assertThat(rig.rows("SELECT total FROM " + own)).isEmpty();
  }
}
