package io.replicator.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileNote;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** History that is gone, by one cause a scenario: only what differs is sent, nothing is loaded. */
final class ResyncTest {
  /** Verifications come every five minutes. */
  private static final Duration NEXT_VERIFICATION = Duration.ofMinutes(12);

  static long[] seeds() {
    return Seeds.orElseRange(1, 10);
  }

  static long[] oneSeed() {
    return Seeds.orElse(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("oneSeed")
  void aThousandClientsThatComeBackToARestartedHubCostOneEncoding(long seed) {
    int clients = 1000;
    Stage stage = new Stage(seed, Duration.ofSeconds(30), true);
    fill(stage, 200);
    List<SimClient> crowd = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      crowd.add(stage.client("client-" + i, fast(), 1 << 16, Stage.ALL));
    }
    stage.start();
    crowd.forEach(client -> stage.untilEqual(client, Duration.ofMinutes(2)));
    Counts before = new Counts(stage);

    stage.hub.kill();
    changeSome(stage, 200, 10);
    stage.hub.start();
    crowd.forEach(client -> stage.untilEqual(client, Duration.ofMinutes(2)));
    before.await(DeliveryCounter.RECONCILES_DONE, clients, Duration.ofMinutes(2));

    assertThat(before.since(DeliveryCounter.SNAPSHOTS)).isZero();
    assertThat(before.since(DeliveryCounter.CUTS_MADE)).isEqualTo(1);
    long sent = before.since(DeliveryCounter.SYMBOLS_SENT);
    assertThat(sent).as("symbols sent").isGreaterThanOrEqualTo(clients);
    assertThat(before.since(DeliveryCounter.SYMBOLS_ENCODED))
        .as("symbols encoded, %d sent".formatted(sent))
        .isLessThan(sent / 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatSomebodyDidToTheTargetIsFoundAndMended(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    int keys = 50 + stage.random.nextInt(2000);
    SimClient client = loaded(stage, "tampered", keys);
    Counts before = new Counts(stage);

    int tampered = tamper(stage, client, 1 + stage.random.nextInt(Math.min(keys, 200)));
    assertThat(stage.isEqual(client)).as("seed %d: tampered with", seed).isFalse();
    stage.untilEqual(client, NEXT_VERIFICATION);
    before.await(DeliveryCounter.RECONCILES_DONE, 1, Duration.ofMinutes(1));

    before.requireNothingLoaded();
    assertThat(before.since(DeliveryCounter.DRIFT_FOUND)).isEqualTo(tampered);
    assertThat(before.since(DeliveryCounter.KEYS_REPAIRED)).isEqualTo(tampered);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aTargetRestoredFromABackupGetsWhatDiffers(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    int keys = 200 + stage.random.nextInt(2000);
    SimClient client = loaded(stage, "restored", keys);
    TargetStore.Backup backup = Stage.store(client).backup();
    changeSome(stage, keys, keys / 20);
    stage.untilEqual(client, Duration.ofMinutes(1));
    Counts before = new Counts(stage);
    long entries = Stage.store(client).entries();

    client.kill();
    boolean withCursor = stage.random.nextBoolean();
    Stage.store(client).restore(backup, withCursor);
    changeSome(stage, keys, 1 + keys / 100);
    client.start();
    stage.untilEqual(client, Duration.ofMinutes(2));

    assertThat(before.since(DeliveryCounter.SNAPSHOTS)).isZero();
    assertThat(before.since(DeliveryCounter.RECONCILES)).isEqualTo(withCursor ? 0 : 1);
    assertThat(Stage.store(client).entries() - entries)
        .as("seed %d: entries of %d keys", seed, keys)
        .isLessThan(keys / 5);
  }

  /** The hub runs on, but no longer knows what was deleted while the client was away. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("oneSeed")
  void forgottenDeletionsAreFoundByComparing(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30), false, 20);
    int keys = 1000 + stage.random.nextInt(1000);
    fill(stage, keys);
    SimClient client = stage.client("away", fast(), 1 << 16, Stage.ALL);
    SimClient other = stage.client("stays, so that the hub reads", fast(), 1 << 16, Stage.ALL);
    stage.start();
    stage.untilEqual(client, Duration.ofMinutes(1));
    stage.untilEqual(other, Duration.ofMinutes(1));
    Counts before = new Counts(stage);

    client.kill();
    for (int i = 0; i < keys / 3; i++) {
      stage.database.write(Stage.key("a", i), null, 0);
      stage.loop.advance(Duration.ofMillis(1));
    }
    // the index forgets little by little, as it is written to, and in full segments of its log
    for (int i = 0; i < 400; i++) {
      changeSome(stage, 10, 100);
      stage.loop.advance(Duration.ofMillis(10));
    }
    client.start();
    stage.untilEqual(client, Duration.ofMinutes(2));
    before.await(DeliveryCounter.RECONCILES_DONE, 1, Duration.ofMinutes(1));

    before.requireNothingLoaded();
    assertThat(before.since(DeliveryCounter.ITEMS_WANTED)).as("seed %d", seed).isLessThan(100);
  }

  /** The odds of that are one in millions: so what proves a run is spoilt on its way. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsNotProvedIsFoundByListsInASecondRun(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    SimClient client = restartedWithDifferences(stage);
    Counts before = new Counts(stage);
    AtomicInteger spoilt = new AtomicInteger();
    client.link().tamper(frame -> spoilt.get() < 1 ? spoil(frame, spoilt) : frame);
    stage.hub.start();
    stage.untilEqual(client, Duration.ofMinutes(2));
    before.await(DeliveryCounter.RECONCILES_DONE, 1, Duration.ofMinutes(1));

    assertThat(spoilt).hasValue(1);
    assertThat(before.since(DeliveryCounter.RECONCILES_REFUTED)).isEqualTo(1);
    assertThat(before.since(DeliveryCounter.ITEMS_LISTED)).isPositive();
    before.requireNothingLoaded();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsNotProvedTwiceIsLoadedAnew(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    SimClient client = restartedWithDifferences(stage);
    Counts before = new Counts(stage);
    AtomicInteger spoilt = new AtomicInteger();
    client.link().tamper(frame -> spoil(frame, spoilt));
    stage.hub.start();
    before.await(DeliveryCounter.SNAPSHOTS, 1, Duration.ofMinutes(1));
    stage.untilEqual(client, Duration.ofMinutes(2));

    assertThat(spoilt).hasValue(2);
    assertThat(before.since(DeliveryCounter.RECONCILES_REFUTED)).isEqualTo(1);
    assertThat(before.since(DeliveryCounter.RECONCILES_GIVEN_UP)).isEqualTo(1);
    assertThat(before.since(DeliveryCounter.RECONCILES_DONE)).isZero();
  }

  /** Symbol 0 is wrong, so that nothing ever adds up. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatSymbolsCannotTellIsFoundByLists(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    SimClient client = restartedWithDifferences(stage);
    Counts before = new Counts(stage);
    AtomicInteger spoilt = new AtomicInteger();
    client
        .link()
        .tamper(frame -> {
          if (!frame.hasReconcileSymbols() || spoilt.getAndIncrement() > 0) {
            return frame;
          }
          byte[] symbols = frame.getReconcileSymbols().getData().toByteArray();
          symbols[0] ^= 1;
          return frame.toBuilder()
              .setReconcileSymbols(
                  frame.getReconcileSymbols().toBuilder().setData(ByteString.copyFrom(symbols)))
              .build();
        });
    stage.hub.start();
    stage.untilEqual(client, Duration.ofMinutes(2));
    before.await(DeliveryCounter.RECONCILES_DONE, 1, Duration.ofMinutes(1));

    assertThat(before.since(DeliveryCounter.ITEMS_LISTED)).isPositive();
    before.requireNothingLoaded();
  }

  /** As long as not nearly everything differs, nothing is ever loaded anew. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void manyTroublesInTurnNeverCostASnapshot(long seed) {
    Stage stage = new Stage(seed, Duration.ofSeconds(30));
    int keys = 400 + stage.random.nextInt(1000);
    SimClient client = loaded(stage, "troubled", keys);
    TargetStore.Backup backup = Stage.store(client).backup();
    Counts before = new Counts(stage);

    for (int i = 0; i < 8; i++) {
      trouble(stage, client, keys, backup);
      stage.untilEqual(client, NEXT_VERIFICATION);
    }

    assertThat(before.since(DeliveryCounter.RECONCILES_DONE)).as("seed %d", seed).isPositive();
    before.requireNothingLoaded();
  }

  private static void trouble(Stage stage, SimClient client, int keys, TargetStore.Backup backup) {
    int some = 1 + stage.random.nextInt(keys / 20);
    switch (stage.random.nextInt(5)) {
      case 0 -> {
        stage.hub.kill();
        changeSome(stage, keys, some);
        stage.hub.start();
      }
      case 1 -> {
        int tampered = tamper(stage, client, some);
        assertThat(tampered).isEqualTo(some);
      }
      case 2 -> {
        client.kill();
        Stage.store(client).restore(backup, stage.random.nextBoolean());
        changeSome(stage, keys, some);
        client.start();
      }
      case 3 -> {
        stage.hub.kill();
        changeSome(stage, keys, some);
        stage.hub.start();
        stage.loop.advance(Duration.ofMillis(stage.random.nextInt(300)));
        stage.hub.kill(); // again, while they compare perhaps
        changeSome(stage, keys, some);
        stage.hub.start();
      }
      default -> {
        stage.hub.kill();
        client.kill();
        int tampered = tamper(stage, client, some);
        assertThat(tampered).isEqualTo(some);
        changeSome(stage, keys, some);
        client.start();
        stage.hub.start();
      }
    }
  }

  /** A client that holds a copy of so many keys. */
  private static SimClient loaded(Stage stage, String name, int keys) {
    fill(stage, keys);
    SimClient client = stage.client(name, fast(), 1 << 16, Stage.ALL);
    stage.start();
    stage.untilEqual(client, Duration.ofMinutes(1));
    return client;
  }

  /** A client whose hub is down, and some of whose keys have changed meanwhile. */
  private static SimClient restartedWithDifferences(Stage stage) {
    SimClient client = loaded(stage, "doubtful", 600 + stage.random.nextInt(1000));
    stage.hub.kill();
    for (int i = 0; i < 200; i++) {
      stage.put(Stage.key("a", i), 2000); // much more than is on its way at a time
    }
    return client;
  }

  private static Frame spoil(Frame frame, AtomicInteger spoilt) {
    if (!frame.hasReconcileNote()
        || frame.getReconcileNote().getKind() != ReconcileNote.Kind.WANTED) {
      return frame;
    }
    spoilt.incrementAndGet();
    byte[] digest = frame.getReconcileNote().getDigest().toByteArray();
    digest[3] ^= 1;
    return frame.toBuilder()
        .setReconcileNote(
            frame.getReconcileNote().toBuilder().setDigest(ByteString.copyFrom(digest)))
        .build();
  }

  private static void fill(Stage stage, int keys) {
    for (int i = 0; i < keys; i++) {
      stage.put(Stage.key("a", i), 60);
    }
  }

  private static void changeSome(Stage stage, int keys, int changes) {
    for (int i = 0; i < changes; i++) {
      stage.put(Stage.key("a", stage.random.nextInt(keys)), 60);
    }
  }

  /** Changes values, types and expiries, removes keys and makes new ones; says how many keys. */
  private static int tamper(Stage stage, SimClient client, int wanted) {
    NavigableMap<Key, Held> held = Stage.store(client).values(stage.database.number());
    List<Key> there = new ArrayList<>(held.keySet());
    for (int i = 0; i < wanted; i++) {
      Key key = there.remove(stage.random.nextInt(there.size()));
      Held was = Objects.requireNonNull(held.get(key));
      switch (stage.random.nextInt(5)) {
        case 0 -> held.put(key, Held.of(text("tampered " + i), 0, was.state()));
        case 1 -> held.put(key, Held.of(hash(i), 0, was.state()));
        case 2 ->
            held.put(
                key, Held.of(was.value(), stage.loop.unixMillis() + 7_200_000 + i, was.state()));
        case 3 -> held.remove(key);
        default -> held.put(Key.of("extra:" + i), Held.of(text("mine"), 0, 0));
      }
    }
    return wanted;
  }

  private static Value text(String text) {
    return new Value.StringValue(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Value hash(int i) {
    return new Value.HashValue(
        List.of(
            new Value.Field("field".getBytes(StandardCharsets.UTF_8), new byte[] {(byte) i}, 0)));
  }

  private static MemoryLink.Settings fast() {
    return MemoryLink.Settings.FAST.withRate(2_000_000).withDelay(Duration.ofMillis(5));
  }

  /** What the hub has counted since. */
  private static final class Counts {
    private final Stage stage;
    private final Map<DeliveryCounter, Long> then = new EnumMap<>(DeliveryCounter.class);

    Counts(Stage stage) {
      this.stage = stage;
      for (DeliveryCounter counter : DeliveryCounter.values()) {
        then.put(counter, stage.hub.count(counter));
      }
    }

    long since(DeliveryCounter counter) {
      return stage.hub.count(counter) - then.getOrDefault(counter, 0L);
    }

    void requireNothingLoaded() {
      for (DeliveryCounter load :
          List.of(DeliveryCounter.SNAPSHOTS, DeliveryCounter.RECONCILES_GIVEN_UP)) {
        assertThat(since(load)).as("seed %d: %s", stage.seed, load).isZero();
      }
    }

    void await(DeliveryCounter counter, long wanted, Duration limit) {
      long end = stage.loop.nowNanos() + limit.toNanos();
      while (since(counter) < wanted && stage.loop.nowNanos() < end) {
        stage.loop.advance(Duration.ofMillis(100));
      }
      Map<DeliveryCounter, Long> all = new EnumMap<>(DeliveryCounter.class);
      then.keySet().stream()
          .filter(each -> since(each) != 0)
          .forEach(each -> all.put(each, since(each)));
      assertThat(since(counter))
          .as("seed %d: %s of %s", stage.seed, counter, all)
          .isEqualTo(wanted);
    }
  }
}
