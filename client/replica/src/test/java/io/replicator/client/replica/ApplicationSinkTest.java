package io.replicator.client.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Sink;
import io.replicator.api.Value;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live map, listeners, cursors and JSON lines: what an application or a pipe gets of batches. */
class ApplicationSinkTest {
  private static final FeedId FEED = new FeedId(5, "", KeyPatterns.ALL);

  private long now = 1000;
  private final LiveMap map = new LiveMap(() -> now);
  private final MapConsumer consumer = new MapConsumer(Map.of(5, map));
  private final Sink sink = new ApplicationSink("map", consumer, new MemoryCursors());

  @AfterEach
  void close() {
    sink.close();
  }

  @Test
  void showsValuesByTypeAndForgetsWhatIsRemoved() {
    apply(put("a", "1"), new Change.Put(Key.of("l"), 2, list("x", "y"), 0));
    assertThat(map.text("a")).contains("1");
    assertThat(map.text("l")).isEmpty();
    assertThat(map.get("l")).containsInstanceOf(Value.ListValue.class);
    assertThat(map.asMap()).containsOnlyKeys(Key.of("a"), Key.of("l"));

    apply(new Change.Remove(Key.of("a"), 3));

    assertThat(map.contains("a")).isFalse();
    assertThat(map.size()).isEqualTo(1);
  }

  @Test
  void doesNotShowWhatHasExpiredAlsoWithoutWordFromTheHub() {
    apply(new Change.Put(Key.of("a"), 1, text("1"), 1500));
    assertThat(map.contains("a")).isTrue();

    now = 1500;

    assertThat(map.contains("a")).isFalse();
    assertThat(map.asMap().keySet()).isEmpty();
  }

  @Test
  void staysReadableWhileASnapshotLoadsAndLosesLeftoversAtItsEnd() {
    apply(put("old", "1"), put("kept", "1"), put("owed", "1"));
    await(sink.apply(batch(true, false, put("kept", "2"))));
    assertThat(map.text("old")).contains("1");

    await(sink.apply(batch(false, true, put("new", "1"))));
    assertThat(sink.owesLeftovers(FEED)).isTrue();
    long removed = await(sink.removeLeftovers(FEED, ApplicationSinkTest::onlyOwed));

    assertThat(removed).isEqualTo(1);
    assertThat(sink.owesLeftovers(FEED)).isFalse();
    assertThat(map.asMap()).containsOnlyKeys(Key.of("kept"), Key.of("new"), Key.of("owed"));
  }

  /** "owed" changed during the load: the live lane is to bring it. */
  private static CompletionStage<BitSet> onlyOwed(List<Key> keys) {
    BitSet present = new BitSet();
    for (int i = 0; i < keys.size(); i++) {
      present.set(i, keys.get(i).equals(Key.of("owed")));
    }
    return CompletableFuture.completedFuture(present);
  }

  @Test
  void leavesAloneWhatTheFeedDoesNotCover() {
    apply(put("other:1", "1"));
    await(sink.apply(batch(true, true)));
    Sink.Presence presence =
        new Sink.Presence() {
          @Override
          public CompletionStage<BitSet> present(List<Key> keys) {
            return neverAsked();
          }

          @Override
          public boolean covers(byte[] key) {
            return false;
          }
        };

    assertThat(await(sink.removeLeftovers(FEED, presence))).isZero();
    assertThat(map.contains("other:1")).isTrue();
  }

  @Test
  void showsALargeValueOnlyWhenItsLastSliceIsThere() {
    apply(part(0, false, "he"), part(1, false, "ll"));
    assertThat(map.contains("big")).isFalse();

    apply(part(2, true, "o"));

    assertThat(map.text("big")).contains("hello");
  }

  @Test
  void aNewFirstSliceStartsTheValueAnew() {
    apply(part(0, false, "ab"), part(0, false, "x"), part(1, true, "y"));

    assertThat(map.text("big")).contains("xy");
  }

  @Test
  void aListenerThatThrowsIsCountedAndHarmsNobody() {
    List<ClientChange> heard = new ArrayList<>();
    consumer.addListener(change -> {
      throw new IllegalStateException("on purpose");
    });
    consumer.addListener(heard::add);

    apply(put("a", "1"), new Change.Remove(Key.of("b"), 2));

    assertThat(consumer.listenerFailures()).isEqualTo(2);
    assertThat(heard).extracting(ClientChange::keyText).containsExactly("a", "b");
    assertThat(heard).extracting(ClientChange::isRemoval).containsExactly(false, true);
    assertThat(heard.getFirst().text()).contains("1");
  }

  @Test
  void keepsCursorsInAFileAcrossRestarts(@TempDir Path folder) {
    Path file = folder.resolve("cursors");
    FeedId named = new FeedId(5, "a=b", KeyPatterns.of(List.of("q:*"), List.of()));
    new FileCursors(file).save(FEED, new Cursor(new byte[] {1, -1}, null));
    FileCursors again = new FileCursors(file);
    again.save(named, new Cursor(new byte[] {2}, new byte[0]));

    FileCursors later = new FileCursors(file);
    assertThat(later.load(FEED)).isEqualTo(new Cursor(new byte[] {1, -1}, null));
    assertThat(later.load(named)).isEqualTo(new Cursor(new byte[] {2}, new byte[0]));
    assertThat(later.load(new FeedId(6, "", KeyPatterns.ALL))).isEqualTo(Cursor.NONE);
  }

  @Test
  void savesTheWholeCursorAfterTheChangesOfEachBatch() {
    MemoryCursors cursors = new MemoryCursors();
    try (Sink kept = new ApplicationSink("kept", consumer, cursors)) {
      await(kept.open(FEED));
      await(kept.apply(batch(false, false)));
      assertThat(cursors.load(FEED)).isEqualTo(new Cursor(new byte[] {1}, null));
    }
  }

  @Test
  void printsEachChangeAsOneLineOfJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Sink lines = JsonLines.to(new PrintStream(bytes, false, StandardCharsets.UTF_8))) {
      await(
          lines.apply(
              batch(
                  false,
                  false,
                  put("q:\"1\"", "gr\u00fc\u00df\n"),
                  new Change.Put(
                      Key.of(new byte[] {(byte) 0xff}),
                      2,
                      new Value.StringValue(new byte[] {1, (byte) 0xfe}),
                      99),
                  new Change.Put(Key.of("l"), 3, list("x"), 0),
                  new Change.Put(
                      Key.of("z"),
                      4,
                      new Value.SortedSetValue(
                          List.of(
                              new Value.ScoredMember(utf8("m"), 1.5),
                              new Value.ScoredMember(utf8("n"), Double.NEGATIVE_INFINITY))),
                      0),
                  new Change.Put(
                      Key.of("h"),
                      5,
                      new Value.HashValue(List.of(new Value.Field(utf8("f"), utf8("v"), 0))),
                      0),
                  new Change.Put(
                      Key.of("h"),
                      6,
                      new Value.HashValue(List.of(new Value.Field(utf8("f"), utf8("v"), 7))),
                      0),
                  new Change.Put(
                      Key.of("s"),
                      7,
                      new Value.StreamValue(
                          List.of(new Value.StreamEntry("1-1", List.of(utf8("a"), utf8("b")))),
                          "2-0",
                          -1,
                          "0-0"),
                      0),
                  new Change.Remove(Key.of("gone"), 8))));
    }

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "{\"database\":5,\"key\":\"q:\\\"1\\\"\",\"version\":1,\"type\":\"string\",\"value\":\"gr\u00fc\u00df\\n\"}",
            "{\"database\":5,\"key\":{\"base64\":\"/w==\"},\"version\":2,\"type\":\"string\",\"expiresAt\":99,\"value\":{\"base64\":\"Af4=\"}}",
            "{\"database\":5,\"key\":\"l\",\"version\":3,\"type\":\"list\",\"value\":[\"x\"]}",
            "{\"database\":5,\"key\":\"z\",\"version\":4,\"type\":\"zset\",\"value\":[{\"member\":\"m\",\"score\":1.5},{\"member\":\"n\",\"score\":\"-inf\"}]}",
            "{\"database\":5,\"key\":\"h\",\"version\":5,\"type\":\"hash\",\"value\":{\"f\":\"v\"}}",
            "{\"database\":5,\"key\":\"h\",\"version\":6,\"type\":\"hash\",\"value\":[{\"field\":\"f\",\"value\":\"v\",\"expiresAt\":7}]}",
            "{\"database\":5,\"key\":\"s\",\"version\":7,\"type\":\"stream\",\"value\":{\"lastId\":\"2-0\",\"entries\":[{\"id\":\"1-1\",\"fields\":[\"a\",\"b\"]}]}}",
            "{\"database\":5,\"key\":\"gone\",\"version\":8,\"removed\":true}");
  }

  private void apply(Change... changes) {
    await(sink.apply(batch(false, false, changes)));
  }

  private static Batch batch(boolean begin, boolean end, Change... changes) {
    return new Batch(
        FEED,
        Lane.LIVE,
        1,
        9,
        List.of(changes),
        new Cursor(new byte[] {1}, null),
        begin,
        end,
        null);
  }

  private static Change put(String key, String value) {
    return new Change.Put(Key.of(key), 1, text(value), 0);
  }

  private static Change part(int index, boolean last, String slice) {
    return new Change.Part(Key.of("big"), 1, index, last, text(slice), 0);
  }

  private static Value text(String value) {
    return new Value.StringValue(utf8(value));
  }

  private static Value list(String... elements) {
    return new Value.ListValue(List.of(elements).stream().map(ApplicationSinkTest::utf8).toList());
  }

  private static byte[] utf8(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  private static CompletionStage<BitSet> neverAsked() {
    return CompletableFuture.failedFuture(new AssertionError("asked the hub"));
  }

  private static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
