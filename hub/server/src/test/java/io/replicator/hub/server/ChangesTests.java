package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/databases/{db}/changes}: rules P133, P134, P160 and P196 of spec/http.md. */
class ChangesTests {
  private static final String CHANGES = "/v1/databases/0/changes";
  private final WebRig rig = new WebRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void eventsBringWhatThereIsAndThenWhatChanges() throws Exception {
    rig.commands.mset(Map.of("a", "1", "b", "2"));
    rig.ready(2);
    try (Events events = new Events(rig.open(CHANGES, "Accept", "text/event-stream"))) {
      events.until("{a=1, b=2}");
      assertThat(events.snapshotBegan).isTrue();
      assertThat(events.snapshotEnded).isTrue();
      rig.commands.set("a", "3");
      events.until("{a=3, b=2}");
      rig.commands.del("b");
      events.until("{a=3}");
    }
  }

  @Test
  void eventsGoOnFromTheLastEventId() throws Exception {
    rig.commands.mset(Map.of("a", "1", "b", "2"));
    rig.ready(2);
    String id;
    try (Events events = new Events(rig.open(CHANGES, "Accept", "text/event-stream"))) {
      events.until("{a=1, b=2}");
      events.untilSnapshotEnds();
      id = events.id;
    }
    rig.commands.del("a");
    rig.commands.set("c", "3");
    try (Events events =
        new Events(
            rig.open(CHANGES + "?since=now", "Accept", "text/event-stream", "Last-Event-ID", id))) {
      events.until("{c=3}");
      assertThat(events.removed).isEqualTo(1);
      assertThat(events.snapshotBegan).isFalse();
    }
  }

  @Test
  void eventsSinceNowBringOnlyWhatComes() throws Exception {
    rig.commands.set("old", "1");
    rig.ready(1);
    HttpResponse<InputStream> response =
        rig.open(CHANGES + "?since=now&match=n*", "Accept", "text/event-stream");
    try (Events events = new Events(response)) {
      rig.commands.set("other", "1");
      rig.commands.set("new", "1");
      events.until("{new=1}");
    }
  }

  /** P133: an id of a history that is no more begins a snapshot. */
  @Test
  void eventsBeginASnapshotAfterTheHubForgot() throws Exception {
    rig.commands.set("a", "1");
    rig.ready(1);
    String cursor = poll(CHANGES + "?since=now").text("cursor");
    rig.restartHub();
    rig.ready(1);
    try (Events events =
        new Events(rig.open(CHANGES, "Accept", "text/event-stream", "Last-Event-ID", cursor))) {
      events.until("{a=1}");
      assertThat(events.snapshotBegan).isTrue();
    }
  }

  /** P196: asking again is the acknowledgement. */
  @Test
  void batchesEndCompleteBehindSoManyBytesAndGoOnFromTheirCursor() throws Exception {
    Random random = new Random(5);
    TreeMap<String, String> all = new TreeMap<>();
    for (int i = 0; i < 3000; i++) {
      all.put("k" + i, Long.toHexString(random.nextLong()).repeat(4));
    }
    rig.commands.mset(all);
    rig.ready(all.size());
    TreeMap<String, String> got = new TreeMap<>();
    List<Batch> batches = new ArrayList<>();
    String cursor = "";
    for (int i = 0; i < 4; i++) {
      String path = CHANGES + "?format=batches&bytes=16384&since=" + cursor;
      byte[] body = rig.getBytes(path).body(); // it ends
      assertThat(body.length).isBetween(16_384, 4 * 16_384);
      batches.addAll(BatchBody.read(body));
      cursor = BatchBody.text(BatchBody.lastCursor(batches));
    }
    batches.forEach(batch -> got.putAll(values(batch)));
    assertThat(got.size()).isLessThan(all.size());
    String rest = "/v1/databases/0/entries?format=batches&cursor=" + cursor;
    BatchBody.read(rig.getBytes(rest).body()).forEach(batch -> got.putAll(values(batch)));
    assertThat(got).isEqualTo(all);
    assertThat(rig.get(CHANGES + "?bytes=16384").statusCode()).isEqualTo(400);
    assertThat(rig.get(CHANGES + "?format=batches&bytes=1").statusCode()).isEqualTo(400);
  }

  private static Map<String, String> values(Batch batch) {
    Map<String, String> values = new TreeMap<>();
    for (Change change : batch.changes()) {
      if (change instanceof Change.Put put && put.value() instanceof Value.StringValue string) {
        values.put(put.key().toString(), new String(string.bytes(), StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  /** P160: for programs that get no WebSocket through. */
  @Test
  void batchesGoOnWithoutEndFromACursor() throws Exception {
    rig.commands.mset(Map.of("a", "1", "b", "2"));
    rig.ready(2);
    String entries = "/v1/databases/0/entries?format=batches";
    List<Batch> load = BatchBody.read(rig.getBytes(entries).body());
    rig.commands.set("a", "3");
    String since = BatchBody.text(BatchBody.lastCursor(load));
    HttpResponse<InputStream> response =
        rig.open(CHANGES + "?format=batches&since=" + since, "Accept-Encoding", "identity");
    assertThat(response.headers().firstValue("x-accel-buffering")).hasValue("no");
    try (InputStream body = response.body()) {
      assertThat(untilChange(body, "a")).isEqualTo("3");
      rig.commands.set("c", "4");
      assertThat(untilChange(body, "c")).isEqualTo("4");
    }
  }

  /** The value that a key is changed to by the next batch that has it. */
  private static String untilChange(InputStream body, String key) throws IOException {
    for (Batch batch = BatchBody.next(body); ; batch = BatchBody.next(body)) {
      for (Change change : batch.changes()) {
        if (change.key().toString().equals(key)
            && change instanceof Change.Put put
            && put.value() instanceof Value.StringValue string) {
          return new String(string.bytes(), StandardCharsets.UTF_8);
        }
      }
    }
  }

  @Test
  void pollAnswersAtOnceWhatThereIs() throws Exception {
    rig.commands.set("a", "1");
    rig.ready(1);
    JsonObject first = poll(CHANGES);
    assertThat(first.get("snapshotBegin")).isEqualTo(true);
    assertThat(first.get("snapshotEnd")).isEqualTo(true);
    assertThat(first.get("more")).isEqualTo(false);
    assertThat(first.text("entries")).contains("key=a");
    JsonObject second = poll(CHANGES + "?since=" + first.text("cursor"));
    assertThat(second.objects("entries")).isEmpty();
  }

  @Test
  void pollWaitsForAChange() throws Exception {
    rig.commands.set("a", "1");
    rig.ready(1);
    String cursor = poll(CHANGES).text("cursor");
    CompletableFuture<HttpResponse<String>> answer =
        rig.client.sendAsync(
            rig.request(CHANGES + "?wait=50&since=" + cursor).build(),
            HttpResponse.BodyHandlers.ofString());
    WebRig.until(
        "the poll at the hub",
        () ->
            rig.hub.status().subscribers().stream()
                .anyMatch(subscriber -> subscriber.clientId().equals("http")));
    rig.commands.set("a", "2");
    JsonObject changed =
        JsonObject.parse(answer.get(WebRig.LIMIT.toSeconds(), TimeUnit.SECONDS).body());
    assertThat(changed.text("entries")).contains("key=a", "value=2");
    assertThat(changed.get("more")).isEqualTo(false);
  }

  /** A big load by polls: each answer is about a batch, and the cursor goes on. */
  @Test
  void pollsTogetherBringEverything() throws Exception {
    for (int i = 0; i < 20; i++) {
      Map<String, String> some = new TreeMap<>();
      for (int k = 0; k < 1000; k++) {
        some.put("k:" + (i * 1000 + k), "a value of some length, to make more than one batch");
      }
      rig.commands.mset(some);
    }
    rig.ready(20_000);
    TreeMap<String, Object> got = new TreeMap<>();
    String path = CHANGES;
    int polls = 0;
    boolean more = true;
    while (more) {
      JsonObject answer = poll(path);
      for (JsonObject entry : answer.objects("entries")) {
        got.put(entry.text("key"), entry);
      }
      path = CHANGES + "?since=" + answer.text("cursor");
      more = answer.is("more");
      polls++;
    }
    assertThat(got).hasSize(20_000);
    assertThat(polls).isGreaterThan(1);
  }

  private JsonObject poll(String path) throws Exception {
    HttpResponse<String> response = rig.get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonObject.parse(response.body());
  }

  /** Server-Sent Events, applied to a map of strings. */
  private static final class Events implements AutoCloseable {
    private final InputStream body;
    private final BufferedReader lines;
    private final Map<String, Object> values = new TreeMap<>();
    String id = "";
    boolean snapshotBegan;
    boolean snapshotEnded;
    int removed;

    Events(HttpResponse<InputStream> response) {
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
      body = response.body();
      lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** Blocks; the test's own time limit is that of the client's request. */
    void until(String expected) throws IOException {
      while (!values.toString().equals(expected)) {
        read();
      }
    }

    void untilSnapshotEnds() throws IOException {
      while (!snapshotEnded) {
        read();
      }
    }

    private void read() throws IOException {
      String line = lines.readLine();
      if (line == null) {
        throw new AssertionError("the events ended at " + values);
      }
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        apply(JsonObject.parse(line.substring(6)));
      } else {
        assertThat(line).isIn("", ":");
      }
    }

    private void apply(JsonObject data) {
      snapshotBegan |= data.has("snapshotBegin");
      snapshotEnded |= data.has("snapshotEnd");
      for (JsonObject entry : data.objects("entries")) {
        String key = entry.text("key");
        if (entry.has("removed")) {
          removed++;
          values.remove(key);
        } else {
          values.put(key, entry.get("value"));
        }
      }
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}
