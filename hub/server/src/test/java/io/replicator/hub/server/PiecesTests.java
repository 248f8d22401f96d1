package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code entries?pieces}: rule P132 of spec/http.md. */
class PiecesTests {
  private static final int KEYS = 20_000;
  private static final String MANIFEST = "/v1/databases/0/entries?pieces";

  private final WebRig rig = new WebRig();

  @AfterEach
  void close() {
    rig.close();
  }

  /** However old they are: pieces and what changed since the manifest are the whole. */
  @Test
  void oldPiecesAndTheChangesSinceAreTheWhole() throws Exception {
    load();
    JsonObject manifest = JsonObject.parse(rig.get(MANIFEST).body());
    List<JsonObject> pieces = manifest.objects("pieces");
    assertThat(pieces.size()).isGreaterThan(2);
    Map<String, JsonObject> got = new TreeMap<>();
    apply(got, body(pieces.getFirst())); // in a cache since long ago
    rig.commands.set("k:1", "newer");
    rig.commands.set("k:19999", "newer");
    rig.commands.del("k:2", "k:19998");
    rig.ready(KEYS - 2);
    for (JsonObject piece : pieces.subList(1, pieces.size())) {
      apply(got, body(piece));
    }
    String since = "/v1/databases/0/entries?cursor=" + manifest.text("cursor");
    apply(got, rig.get(since).body());
    assertThat(got).hasSize(KEYS - 2);
    assertThat(value(got, "k:1")).isEqualTo("newer");
    assertThat(value(got, "k:19999")).isEqualTo("newer");
    assertThat(value(got, "k:3")).isEqualTo("value 3");
  }

  @Test
  void unchangedRangesKeepTheirAddress() throws Exception {
    load();
    List<String> before = urls();
    rig.commands.set("k:5", "newer");
    WebRig.until("another manifest", () -> !urls().equals(before));
    List<String> after = new ArrayList<>(urls());
    after.removeAll(before);
    assertThat(after).hasSize(1);
    HttpResponse<String> old = rig.get(before.getFirst());
    assertThat(old.headers().firstValue("cache-control").orElse(""))
        .isEqualTo("public, max-age=31536000, immutable");
  }

  @Test
  void patternsNarrowThePieces() throws Exception {
    load();
    rig.commands.set("other", "1");
    rig.ready(KEYS + 1);
    JsonObject manifest = JsonObject.parse(rig.get(MANIFEST + "&match=oth*").body());
    List<JsonObject> pieces = manifest.objects("pieces");
    assertThat(pieces).hasSize(1);
    assertThat(pieces.getFirst().text("keys")).isEqualTo("1");
    assertThat(EntriesTests.byKey(body(pieces.getFirst()))).containsOnlyKeys("other");
  }

  @Test
  void pieceOfAnotherHistoryIsGone() throws Exception {
    load();
    String url = urls().getFirst();
    rig.restartHub();
    rig.ready(KEYS);
    assertThat(rig.get(url).statusCode()).isEqualTo(410);
    assertThat(rig.get("/v1/databases/0/pieces/nonsense").statusCode()).isEqualTo(400);
  }

  private void load() {
    for (int i = 0; i < KEYS; i += 1000) {
      Map<String, String> some = new LinkedHashMap<>();
      for (int k = i; k < i + 1000; k++) {
        some.put("k:" + k, "value " + k);
      }
      rig.commands.mset(some);
    }
    rig.ready(KEYS);
  }

  private List<String> urls() {
    try {
      return JsonObject.parse(rig.get(MANIFEST).body()).objects("pieces").stream()
          .map(piece -> piece.text("url"))
          .toList();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private String body(JsonObject piece) throws Exception {
    HttpResponse<String> response = rig.get(piece.text("url"));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  /** I3: an entry counts only if it is newer than what is there. */
  private static void apply(Map<String, JsonObject> got, String body) {
    EntriesTests.byKey(body)
        .forEach((key, entry) -> {
          JsonObject present = got.get(key);
          if (present == null || version(present) < version(entry)) {
            got.put(key, entry);
          }
          if (entry.is("removed")) {
            got.remove(key);
          }
        });
  }

  private static long version(JsonObject entry) {
    return Long.parseLong(entry.text("version"));
  }

  private static Object value(Map<String, JsonObject> got, String key) {
    JsonObject entry = got.get(key);
    return entry == null ? "" : entry.get("value");
  }
}
