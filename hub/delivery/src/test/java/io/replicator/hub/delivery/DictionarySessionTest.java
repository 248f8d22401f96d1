package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.wire.FeedRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Dictionaries between a hub and its clients: P175 to P178. */
final class DictionarySessionTest {
  private final Lab lab = Lab.plain();
  private final SplittableRandom random = new SplittableRandom(5);

  private void fill() {
    for (int i = 0; i < 1500; i++) {
      lab.source.quietly("quote:" + i, bytes(quote(i, "public venue")));
      lab.source.quietly("secret:" + i, bytes(quote(i, "hidden salary")));
    }
    lab.source.scan();
  }

  private String quote(int i, String kind) {
    return "{\"symbol\":\"S%d\",\"kind\":\"%s\",\"bid\":%d,\"ask\":%d,\"currency\":\"EUR\"}"
        .formatted(i, kind, random.nextInt(100_000), random.nextInt(100_000));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private TestClient connect(TestClient.Store store, String pattern, int dictionaryBytes) {
    FeedRequest.Builder feed = FeedRequest.newBuilder().setFeed(7);
    if (!pattern.isEmpty()) {
      feed.addIncludes(pattern);
    }
    TestClient client = new TestClient(store);
    return lab.connect(client, TestClient.hello(feed).setDictionaryBytes(dictionaryBytes).build());
  }

  private void change(int i) {
    lab.source.put("quote:" + i, quote(i, "public venue"));
  }

  @Test
  void smallBatchesReferToItOnceTheClientHasIt() { // P175, P176
    fill();
    TestClient.Store store = new TestClient.Store();
    TestClient client = connect(store, "", 65_536);
    lab.untilEqual(store);
    lab.loop.runUntil(Lab.LONG, "a dictionary came", () -> !client.dictionaries.isEmpty());
    assertThat(client.withDictionary).as("none of the load, none before").isZero();
    lab.loop.advance(Duration.ofSeconds(1));

    long before = client.received;
    for (int i = 0; i < 20; i++) {
      change(i);
      lab.untilEqual(store);
    }
    assertThat(client.withDictionary).isGreaterThan(15);
    assertThat((client.received - before) / 20.0).as("bytes a change").isLessThan(90);
    assertThat(client.dictionaries).as("one, for all").hasSize(1);
    assertThat(lab.count(DeliveryCounter.DICTIONARIES_TRAINED)).isEqualTo(1);
  }

  @Test
  void whoDidNotAskForOneGetsNone() { // P175
    fill();
    TestClient.Store store = new TestClient.Store();
    TestClient client = connect(store, "", 0);
    lab.untilEqual(store);
    change(1);
    lab.untilEqual(store);
    lab.loop.advance(Duration.ofMinutes(1));
    assertThat(client.dictionaries).isEmpty();
    assertThat(client.withDictionary).isZero();
    assertThat(lab.count(DeliveryCounter.DICTIONARIES_TRAINED)).isZero();
  }

  @Test
  void itHoldsNothingOfKeysThatAreNotTheirs() { // P178, I10
    fill();
    TestClient.Store store = new TestClient.Store();
    TestClient narrow = connect(store, "quote:*", 65_536);
    TestClient all = connect(new TestClient.Store(), "", 65_536);
    lab.loop.runUntil(
        Lab.LONG,
        "both have one",
        () -> !narrow.dictionaries.isEmpty() && !all.dictionaries.isEmpty());
    assertThat(text(narrow)).contains("public").doesNotContain("secret").doesNotContain("salary");
    assertThat(text(all)).contains("salary");
  }

  @Test
  void filtersThatNobodyUsesMakeRoom() { // P175
    fill();
    for (int i = 0; i < 64; i++) {
      TestClient.Store store = new TestClient.Store();
      TestClient past = connect(store, "quote:" + i + "*", 65_536);
      lab.loop.runUntil(Lab.LONG, "it is loaded", () -> store.snapshotsEnded == 1);
      lab.loop.advance(Duration.ofSeconds(1));
      Objects.requireNonNull(past.connection).close();
      lab.loop.advance(Duration.ofSeconds(1));
    }
    TestClient client = connect(new TestClient.Store(), "quote:*", 65_536);
    lab.loop.runUntil(Lab.LONG, "a dictionary came", () -> !client.dictionaries.isEmpty());
  }

  private static String text(TestClient client) {
    return client.dictionaries.getFirst().getData().toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aNewOneIsMadeAfterADay() { // P177
    fill();
    TestClient.Store store = new TestClient.Store();
    TestClient client = connect(store, "", 65_536);
    lab.untilEqual(store);
    lab.loop.runUntil(Lab.LONG, "a dictionary came", () -> !client.dictionaries.isEmpty());
    DictionaryShelf.Entry shared =
        Objects.requireNonNull(
            lab.hub.databases().iterator().next().dictionaries().use(KeyFilter.of()));
    int first = client.dictionaries.getFirst().getNumber();
    lab.loop.advance(Duration.ofHours(25));
    change(1);
    lab.untilEqual(store);
    lab.loop.runUntil(
        Duration.ofHours(1),
        "one more is made",
        () -> {
          var present = shared.present();
          return present != null && present.number() > first;
        });
    change(2);
    lab.untilEqual(store);
    lab.loop.runUntil(Lab.LONG, "it came", () -> client.dictionaries.size() == 2);
    lab.loop.advance(Duration.ofSeconds(1));
    long before = client.withDictionary;
    change(3);
    lab.untilEqual(store);
    assertThat(client.withDictionary).isGreaterThan(before);
  }
}
