package io.replicator.testing.simulation;

import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;
import io.replicator.api.Value;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.hub.delivery.CollectionSettings;
import io.replicator.hub.delivery.DatabaseSettings;
import io.replicator.hub.delivery.DeliverySettings;
import io.replicator.hub.index.IndexSettings;
import io.replicator.link.codec.Compression;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A plain database with the collection "hot", a hub and clients, for a scenario that asks one
 * question. Nothing is compressed, so that a scenario can say how long what takes.
 */
final class Stage {
  static final FeedId ALL = new FeedId(0, "", KeyPatterns.ALL);
  static final FeedId HOT = new FeedId(0, "hot", KeyPatterns.ALL);
  static final FeedId NOT_HOT = new FeedId(0, "", KeyPatterns.of(List.of(), List.of("hot:*")));
  private static final KeyPatterns HOT_KEYS = KeyPatterns.of(List.of("hot:*"), List.of());

  final long seed;
  final VirtualLoop loop;
  final RandomGenerator random;
  final Faults faults;
  final ModelDatabase database;
  final SimHub hub;
  final DeliverySettings settings;
  private final Executor workers;
  private final List<SimClient> clients = new ArrayList<>();

  Stage(long seed, Duration keepAlive) {
    this(seed, keepAlive, false);
  }

  /**
   * @param usual the settings that hubs have by default instead of drawn ones
   */
  Stage(long seed, Duration keepAlive, boolean usual) {
    this(seed, keepAlive, usual, IndexSettings.DEFAULT_MAX_TOMBSTONES);
  }

  /**
   * @param maxTombstones deletions that the hub remembers, unless its settings are the usual ones
   */
  Stage(long seed, Duration keepAlive, boolean usual, int maxTombstones) {
    this.seed = seed;
    this.loop = new VirtualLoop(seed);
    this.random = loop.random();
    this.faults = new Faults(loop);
    this.workers = task -> loop.schedule(Duration.ofNanos(1 + random.nextInt(2_000_000)), task);
    this.database = new ModelDatabase(loop, 0, false, 0);
    this.settings = usual ? DeliverySettings.defaults("hub") : settings(keepAlive, maxTombstones);
    this.hub =
        new SimHub(
            loop,
            workers,
            settings,
            Map.of(
                database,
                new DatabaseSettings(
                    QosLevel.HIGH,
                    List.of(new CollectionSettings("hot", HOT_KEYS, QosLevel.REALTIME)))));
  }

  private DeliverySettings settings(Duration keepAlive, int maxTombstones) {
    return DeliverySettings.defaults("hub")
        .change()
        .blockBytes(oneOf(256, 1000, 4096))
        .compressions(List.of(Compression.NONE))
        .keepAlive(keepAlive)
        .liveBatchBytes(DeliverySettings.MIN_BATCH_BYTES)
        .bulkBatchBytes(DeliverySettings.MIN_BATCH_BYTES * oneOf(1, 4))
        .maxValueBytes(65_536)
        .listLimit(oneOf(20, 100, 65_536))
        .aheadLimit(oneOf(100, 262_144))
        .shareFor(Duration.ofMillis(oneOf(0, 5, 20)))
        .cursorRefresh(Duration.ofSeconds(5))
        .maxTombstones(maxTombstones)
        .build();
  }

  int oneOf(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  SimClient client(String name, MemoryLink.Settings line, int windowBytes, FeedId... feeds) {
    return client(name, line, null, windowBytes, feeds);
  }

  /**
   * @param datagrams null = it wants none
   */
  SimClient client(
      String name,
      MemoryLink.Settings line,
      @Nullable MemoryDatagramLink datagrams,
      int windowBytes,
      FeedId... feeds) {
    MemoryLink link = new MemoryLink(loop, loop, line);
    hub.add(link);
    if (datagrams != null) {
      hub.add(datagrams);
    }
    TargetStore store = new TargetStore(name, loop, Map.of(0, database), faults);
    ReceiverSettings receiver =
        new ReceiverSettings(
            name, "", List.of(Compression.NONE), windowBytes, 16 << 20, 0, Duration.ofSeconds(5));
    List<FeedPlan> plans = new ArrayList<>();
    for (FeedId feed : feeds) {
      plans.add(new FeedPlan(feed, null));
    }
    SimClient client =
        new SimClient(
            loop,
            workers,
            link,
            datagrams,
            receiver,
            CompareSettings.DEFAULTS,
            plans,
            List.of(new SimClient.Target(store, new ModelSink.Health())),
            faults);
    clients.add(client);
    return client;
  }

  static TargetStore store(SimClient client) {
    return client.targets().getFirst().store();
  }

  static Key key(String group, int n) {
    return Key.of(group + ":" + n);
  }

  /** Another value of this size. */
  void put(Key key, int bytes) {
    byte[] value = new byte[Math.max(8, bytes)];
    random.nextBytes(value);
    ByteBuffer.wrap(value).putLong(database.nextState());
    database.write(key, new Value.StringValue(value), 0);
  }

  void start() {
    hub.start();
    clients.forEach(SimClient::start);
  }

  boolean isEqual(SimClient client) {
    return client.feeds().stream()
        .allMatch(
            feed -> store(client).differences(feed.id(), Simulation.wanted(feed.id())).isEmpty());
  }

  /**
   * Lets time pass until the copy is right; gives the time it took. Looks less often at more keys.
   */
  Duration untilEqual(SimClient client, Duration limit) {
    long begin = loop.nowNanos();
    Duration step = Duration.ofMillis(10L + database.values().size() / 10);
    while (!isEqual(client)) {
      if (loop.nowNanos() - begin > limit.toNanos()) {
        faults.add(store(client).name() + " is not equal after " + limit);
        break;
      }
      loop.advance(step);
    }
    requireSound();
    return Duration.ofNanos(loop.nowNanos() - begin);
  }

  /** Lets time pass until the key's present state is at the target; gives the time it took. */
  Duration untilThere(SimClient client, Key key, Duration limit) {
    long state = database.nextState() - 1;
    long begin = loop.nowNanos();
    while (store(client).reachedState(database.number(), key) < state) {
      if (loop.nowNanos() - begin > limit.toNanos()) {
        faults.add("%s: a change of %s is not there after %s".formatted(seed, key, limit));
        break;
      }
      loop.advance(Duration.ofMillis(1));
    }
    requireSound();
    return Duration.ofNanos(loop.nowNanos() - begin);
  }

  void requireSound() {
    clients.forEach(client ->
        client
            .link()
            .listenerFailures()
            .forEach(failure -> faults.add("a listener threw " + failure)));
    if (!faults.isEmpty()) {
      throw new AssertionError(
          "seed %d (replay: -Dreplicator.seeds=%d):%n%s".formatted(seed, seed, faults));
    }
  }
}
