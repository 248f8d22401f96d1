package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.qos.QosCaps;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rate caps hold for all answers over HTTP to one visitor together (decision 195). */
class HttpCapTests {
  private static final int KEYS = 20_000;
  private static final int VALUE_CHARS = 100;
  private static final long RATE = 2_000_000;
  private static final String DATABASE = "/v1/databases/0/";

  /** What may go before it is paid for: one batch of each answer, as JSON. */
  private static final int BATCH_BYTES = 1_000_000;

  private final WebRig rig = new WebRig();

  @BeforeEach
  void load() {
    Random random = new Random(11);
    for (int i = 0; i < KEYS; i += 1000) {
      TreeMap<String, String> some = new TreeMap<>();
      for (int k = i; k < i + 1000; k++) {
        StringBuilder text = new StringBuilder(VALUE_CHARS);
        random.ints(VALUE_CHARS, 'A', 'z').forEach(c -> text.append((char) c));
        some.put("k:" + k, text.toString());
      }
      rig.commands.mset(some);
    }
    rig.ready(KEYS);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void piecesAreCapped() throws Exception {
    List<String> pieces =
        JsonObject.parse(rig.get(DATABASE + "entries?pieces").body()).objects("pieces").stream()
            .map(piece -> piece.text("url"))
            .toList();
    assertThat(pieces.size()).isGreaterThan(2);
    cap(RATE);
    long begun = System.nanoTime();
    long bytes = 0;
    for (String piece : pieces) {
      bytes += rig.get(piece).body().length();
    }
    requireTook(begun, bytes - BATCH_BYTES);
  }

  @Test
  void answersAtTheSameTimeShareACap() throws Exception {
    cap(RATE);
    String path = DATABASE + "entries";
    long begun = System.nanoTime();
    var other = rig.client.sendAsync(rig.request(path).build(), BodyHandlers.ofByteArray());
    long bytes = rig.getBytes(path).body().length;
    bytes += other.get(WebRig.LIMIT.toSeconds(), TimeUnit.SECONDS).body().length;
    requireTook(begun, bytes - 2 * BATCH_BYTES);
  }

  @Test
  void questionsOneByOneShareACap() throws Exception {
    cap(RATE);
    long begun = System.nanoTime();
    long bytes = 0;
    String cursor = "";
    for (boolean more = true; more; ) {
      String body = rig.get(DATABASE + "changes?since=" + cursor).body();
      JsonObject answer = JsonObject.parse(body);
      cursor = answer.text("cursor");
      more = answer.is("more");
      bytes += body.length();
    }
    requireTook(begun, bytes / 2); // JSON is larger than what counts, the batch
  }

  @Test
  void liftedCapLetsWaitingAnswersGo() throws Exception {
    List<JsonObject> pieces =
        JsonObject.parse(rig.get(DATABASE + "entries?pieces").body()).objects("pieces");
    cap(10); // the first batch is owed for hours
    try (InputStream begun = rig.open(DATABASE + "entries").body()) {
      assertThat(begun.read()).isPositive();
      var waiting =
          rig.client.sendAsync(
              rig.request(pieces.getFirst().text("url")).build(), BodyHandlers.ofString());
      cap(0);
      assertThat(waiting.get(WebRig.LIMIT.toSeconds(), TimeUnit.SECONDS).body()).contains("\"k:");
      assertThat(begun.readAllBytes().length).isGreaterThan(KEYS * VALUE_CHARS);
    }
  }

  private void cap(long bytesPerSecond) {
    rig.hub.capWith(new CapRules(new QosCaps(bytesPerSecond, Map.of()), List.of()));
  }

  private static void requireTook(long begunNanos, long paidBytes) {
    double took = (System.nanoTime() - begunNanos) / 1e9;
    assertThat(paidBytes).as("what had to be waited for").isGreaterThan(RATE / 4);
    assertThat(took).isGreaterThan(0.9 * paidBytes / RATE);
  }
}
