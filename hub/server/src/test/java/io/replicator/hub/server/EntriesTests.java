package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.link.wire.FeedGrant.Resume;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/databases/{db}/entries}: rules P127-P131 of spec/http.md. */
class EntriesTests {
  private static final String ENTRIES = "/v1/databases/0/entries";
  private final WebRig rig = new WebRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void showsEveryTypeAsJson() throws Exception {
    rig.commands.set("s", "tab\t\"quoted\" \\ ü");
    rig.bytes.set("bin".getBytes(StandardCharsets.UTF_8), new byte[] {(byte) 0xff, 0});
    rig.bytes.set(new byte[] {(byte) 0xfe}, new byte[] {'x'});
    rig.commands.hset("h", Map.of("a", "1"));
    rig.commands.rpush("l", "x", "y");
    rig.commands.sadd("set", "m");
    rig.commands.zadd("z", 1.5, "one");
    rig.commands.zadd("z", Double.POSITIVE_INFINITY, "inf");
    rig.commands.xadd("x", Map.of("f", "v"));
    rig.commands.pexpireat("s", 4_000_000_000_000L);
    rig.ready(8);
    HttpResponse<String> response = rig.get(ENTRIES);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    Map<String, JsonObject> entries = byKey(response.body());
    assertThat(entries.keySet())
        .containsExactlyInAnyOrder("s", "bin", "{base64=/g==}", "h", "l", "set", "z", "x");
    assertThat(value(entries, "s")).isEqualTo("tab\t\"quoted\" \\ ü");
    assertThat(get(entries, "s").text("expiresAt")).startsWith("4");
    assertThat(value(entries, "bin")).hasToString("{base64=/wA=}");
    assertThat(value(entries, "h")).hasToString("{a=1}");
    assertThat(value(entries, "l")).hasToString("[x, y]");
    assertThat(value(entries, "set")).hasToString("[m]");
    assertThat(value(entries, "z").toString()).contains("member=one", "score=1.5", "score=inf");
    assertThat(value(entries, "x").toString()).contains("fields=[f, v]");
  }

  @Test
  void filtersByPatternsAndLeavesOutWhatIsExcluded() throws Exception {
    rig.commands.mset(Map.of("a:1", "1", "a:2", "2", "b:1", "3"));
    rig.ready(3);
    assertThat(byKey(rig.get(ENTRIES + "?match=a:*&exclude=*2").body())).containsOnlyKeys("a:1");
    assertThat(byKey(rig.get(ENTRIES + "?match=a%3A1&match=b:*").body()))
        .containsOnlyKeys("a:1", "b:1");
  }

  @Test
  void sendsLinesWithACursorAfterEachBatch() throws Exception {
    load(3000);
    List<JsonObject> lines = lines(rig.get(ENTRIES, "Accept", "application/x-ndjson").body());
    assertThat(lines.getFirst().get("snapshot")).isEqualTo("begin");
    assertThat(lines.getLast().get("complete")).isEqualTo(true);
    assertThat(lines.stream().filter(line -> line.has("key"))).hasSize(3000);
    assertThat(lines.stream().filter(line -> line.toString().equals("{snapshot=end}"))).hasSize(1);
    assertThat(lines.stream().filter(line -> line.has("cursor")).count()).isGreaterThan(2);
  }

  @Test
  void compressesByAcceptEncoding() throws Exception {
    load(2000);
    String plain = rig.get(ENTRIES).body();
    HttpResponse<byte[]> zstd = rig.getBytes(ENTRIES, "Accept-Encoding", "gzip, br, zstd");
    assertThat(zstd.headers().firstValue("content-encoding")).hasValue("zstd");
    HttpResponse<byte[]> gzip = rig.getBytes(ENTRIES, "Accept-Encoding", "gzip, zstd;q=0");
    assertThat(gzip.headers().firstValue("content-encoding")).hasValue("gzip");
    assertThat(zstd.body().length).isLessThan(plain.length() / 2);
    try (var in = new ZstdInputStream(new ByteArrayInputStream(zstd.body()))) {
      assertThat(byKey(text(in.readAllBytes()))).isEqualTo(byKey(plain));
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
      assertThat(byKey(text(in.readAllBytes()))).isEqualTo(byKey(plain));
    }
  }

  /** P130: the cursor behind the last batch goes on in a Hello, without a snapshot. */
  @Test
  void webSocketGoesOnFromTheLastBatchesCursor() throws Exception {
    load(500);
    List<Batch> batches = BatchBody.read(batches(ENTRIES));
    assertThat(batches.stream().flatMap(batch -> batch.changes().stream())).hasSize(500);
    assertThat(batches.getFirst().snapshotBegin()).isTrue();
    rig.commands.set("k:1", "later");
    rig.commands.del("k:2");
    Cursor cursor = BatchBody.lastCursor(batches);
    try (RawClient client = RawClient.resuming(rig.hub.webPort(), cursor)) {
      WebRig.until("the change and the removal", () -> client.changes.size() == 2);
      assertThat(Objects.requireNonNull(client.welcome).getFeeds(0).getResume())
          .isEqualTo(Resume.RESUMED);
      assertThat(client.values).isEqualTo(Map.of("k:1", "later"));
    }
  }

  /** P130: what was cut goes on with the cursor of the last whole batch. */
  @Test
  void cutLoadGoesOnWhereItWas() throws Exception {
    load(20_000);
    List<Batch> all = BatchBody.read(batches(ENTRIES));
    assertThat(all.size()).isGreaterThan(3);
    List<Batch> first = all.subList(0, all.size() / 2);
    String cursor = BatchBody.text(BatchBody.lastCursor(first));
    List<Batch> rest = BatchBody.read(batches(ENTRIES + "?cursor=" + cursor));
    assertThat(rest.stream().noneMatch(Batch::snapshotBegin)).isTrue();
    TreeMap<String, Integer> times = new TreeMap<>();
    for (List<Batch> part : List.of(first, rest)) {
      part.forEach(batch ->
          batch.changes().forEach(change -> times.merge(change.key().toString(), 1, Integer::sum)));
    }
    assertThat(times).hasSize(20_000);
    assertThat(times.values()).containsOnly(1);
  }

  @Test
  void cursorBringsOnlyWhatChangedSince() throws Exception {
    load(1000);
    String cursor = cursorOf(rig.get(ENTRIES).body());
    assertThat(byKey(rig.get(ENTRIES + "?cursor=" + cursor).body())).isEmpty();
    rig.commands.set("k:7", "new");
    rig.commands.del("k:8");
    WebRig.until(
        "the change at the hub", () -> rig.hub.status().databases().getFirst().keys() == 999);
    Map<String, JsonObject> since = byKey(rig.get(ENTRIES + "?cursor=" + cursor).body());
    assertThat(since).containsOnlyKeys("k:7", "k:8");
    assertThat(get(since, "k:8").get("removed")).isEqualTo(true);
  }

  /** P131. */
  @Test
  void unchangedEntriesAreNotSentAgain() throws Exception {
    rig.commands.mset(Map.of("a:1", "1", "b:1", "1"));
    rig.ready(2);
    String tag = rig.get(ENTRIES + "?match=a:*").headers().firstValue("etag").orElseThrow();
    assertThat(rig.get(ENTRIES + "?match=a:*", "If-None-Match", tag).statusCode()).isEqualTo(304);
    rig.commands.set("b:2", "1");
    rig.ready(3);
    assertThat(rig.get(ENTRIES + "?match=a:*", "If-None-Match", tag).statusCode()).isEqualTo(304);
    rig.commands.set("a:2", "2");
    rig.ready(4);
    assertThat(rig.get(ENTRIES + "?match=a:*", "If-None-Match", tag).statusCode()).isEqualTo(200);
  }

  @Test
  void anotherFiltersTagIsNoneOfThis() throws Exception {
    rig.commands.mset(Map.of("a:1", "1", "b:1", "1"));
    rig.ready(2);
    String tag = rig.get(ENTRIES + "?match=a:*").headers().firstValue("etag").orElseThrow();
    assertThat(rig.get(ENTRIES, "If-None-Match", tag).statusCode()).isEqualTo(200);
  }

  /** P130: an epoch that is no more. */
  @Test
  void cursorOfAnotherHistoryIsGone() throws Exception {
    load(10);
    String cursor = cursorOf(rig.get(ENTRIES).body());
    rig.restartHub();
    rig.ready(10);
    HttpResponse<String> response = rig.get(ENTRIES + "?cursor=" + cursor);
    assertThat(response.statusCode()).isEqualTo(410);
    assertThat(response.body()).contains("\"error\":\"CURSOR\"", "unknown epoch");
  }

  /** P35: a large value comes in parts, in JSON too. */
  @Test
  void largeValueComesInParts() throws Exception {
    StringBuilder large = new StringBuilder();
    for (int i = 0; large.length() < 3_000_000; i++) {
      large.append(i).append(' ');
    }
    rig.commands.set("large", large.toString());
    rig.commands.set("small", "1");
    rig.ready(2);
    List<JsonObject> lines = lines(rig.get(ENTRIES + "?format=ndjson").body());
    StringBuilder joined = new StringBuilder();
    long next = 0;
    boolean last = false;
    for (JsonObject line : lines) {
      if (line.toString().startsWith("{key=large,")) {
        assertThat(line.get("part")).isEqualTo(next++);
        joined.append(line.get("value"));
        last = line.is("last");
      }
    }
    assertThat(next).isGreaterThan(2);
    assertThat(last).isTrue();
    assertThat(joined.toString()).isEqualTo(large.toString());
  }

  /** I6: what is not read is not built, and nobody else waits. */
  @Test
  void slowReaderHoldsBackOnlyItself() throws Exception {
    byte[] value = new byte[100_000];
    new SplittableRandom(1).nextBytes(value);
    for (int i = 0; i < 500; i++) {
      rig.bytes.set(("big:" + i).getBytes(StandardCharsets.UTF_8), value);
    }
    rig.commands.set("small", "1");
    rig.ready(501);
    try (InputStream body =
        rig.open(ENTRIES, "Accept", "application/vnd.replicator.batches").body()) {
      WebRig.until("some bytes under way", () -> httpBytes() > 0);
      assertThat(byKey(rig.get(ENTRIES + "?match=small").body())).containsOnlyKeys("small");
      assertThat(httpBytes()).isLessThan(25_000_000); // of 50; sockets hold some
      List<Batch> batches = BatchBody.read(body.readAllBytes());
      assertThat(batches.stream().mapToInt(batch -> batch.changes().size()).sum()).isEqualTo(501);
    }
    WebRig.until("the reader to be gone", () -> rig.hub.status().subscribers().isEmpty());
  }

  private long httpBytes() {
    return rig.hub.status().subscribers().stream().mapToLong(s -> s.sentBytes()).sum();
  }

  /** P129: nothing is missing though keys change all the time. */
  @Test
  void everyKeyIsInThereThoughAllChangeMeanwhile() throws Exception {
    load(5000);
    AtomicBoolean writes = new AtomicBoolean(true);
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; writes.get(); i++) {
                rig.commands.set("k:" + i % 5000, "new " + i);
              }
            });
    try {
      for (int round = 0; round < 5; round++) {
        assertThat(byKey(rig.get(ENTRIES).body())).hasSize(5000);
      }
    } finally {
      writes.set(false);
      writer.join();
    }
  }

  private void load(int keys) {
    for (int i = 0; i < keys; i += 1000) {
      Map<String, String> some = new TreeMap<>();
      for (int k = i; k < Math.min(keys, i + 1000); k++) {
        some.put("k:" + k, "value number " + k + " of a kind that can be compressed, somewhat");
      }
      rig.commands.mset(some);
    }
    rig.ready(keys);
  }

  private byte[] batches(String path) throws Exception {
    HttpResponse<byte[]> response =
        rig.getBytes(path, "Accept", "application/vnd.replicator.batches");
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  static Map<String, JsonObject> byKey(String document) {
    Map<String, JsonObject> entries = new TreeMap<>();
    for (JsonObject entry : JsonObject.parse(document).objects("entries")) {
      entries.put(entry.text("key"), entry);
    }
    return entries;
  }

  private static Object value(Map<String, JsonObject> entries, String key) {
    return get(entries, key).get("value");
  }

  private static JsonObject get(Map<String, JsonObject> entries, String key) {
    return Objects.requireNonNull(entries.get(key), key);
  }

  private static String cursorOf(String document) {
    return JsonObject.parse(document).text("cursor");
  }

  private static List<JsonObject> lines(String body) {
    List<JsonObject> lines = new ArrayList<>();
    body.lines().forEach(line -> lines.add(JsonObject.parse(line)));
    return lines;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
