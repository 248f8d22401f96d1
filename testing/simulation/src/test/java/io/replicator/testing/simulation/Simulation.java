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
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.delivery.DeliverySettings;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.link.codec.Compression;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * One run from one seed: databases, a hub, links and clients with everything that can go wrong;
 * then everything is mended and all copies must become right.
 *
 * <pre>
 * fill → [work and faults, some 15 s] → mend → [until all targets equal their sources] → judge
 * </pre>
 */
final class Simulation {
  private static final KeyPatterns HOT = KeyPatterns.of(List.of("hot:*"), List.of());
  private static final Duration TO_CONVERGE = Duration.ofMinutes(5);
  private static final int MAX_TASKS = 200_000;

  final long seed;
  final boolean ofDatagrams;
  final VirtualLoop loop;
  final RandomGenerator random;
  final Faults faults;
  final Executor workers;
  final ModelDatabase plain;
  final ModelDatabase versioned;
  final SimHub hub;
  final Workload workload;
  final List<SimClient> clients = new ArrayList<>();
  private final DeliverySettings settings;

  Simulation(long seed) {
    this(seed, false);
  }

  /** Every client has datagrams, and most of what goes wrong happens to them. */
  static Simulation ofDatagrams(long seed) {
    return new Simulation(seed, true);
  }

  private Simulation(long seed, boolean ofDatagrams) {
    this.seed = seed;
    this.ofDatagrams = ofDatagrams;
    this.loop = new VirtualLoop(seed);
    this.random = loop.random();
    this.faults = new Faults(loop);
    this.workers = task -> loop.schedule(Duration.ofNanos(1 + random.nextInt(2_000_000)), task);
    this.plain = new ModelDatabase(loop, 0, false, 0);
    this.versioned = new ModelDatabase(loop, 1, true, chance(3) ? 30 : 100_000);
    this.settings = drawSettings();
    Map<ModelDatabase, DatabaseSettings> served = new LinkedHashMap<>();
    served.put(
        plain,
        new DatabaseSettings(
            QosLevel.HIGH, List.of(new CollectionSettings("hot", HOT, QosLevel.REALTIME))));
    served.put(versioned, DatabaseSettings.of(QosLevel.LOW));
    this.hub = new SimHub(loop, workers, settings, served);
    hub.drawParity(() -> chance(2) ? OptionalInt.of(oneOf(0, 1, 2, 4, 16)) : OptionalInt.empty());
    this.workload = new Workload(loop, 20 + random.nextInt(200), chance(3) ? 40_000 : 0, chance(2));
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      clients.add(client("client-" + i));
    }
  }

  boolean chance(int oneOf) {
    return random.nextInt(oneOf) == 0;
  }

  private int oneOf(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private DeliverySettings drawSettings() {
    return DeliverySettings.defaults("hub")
        .change()
        .blockBytes(oneOf(256, 1000, 1000, 4096))
        .keepAlive(Duration.ofSeconds(1 + random.nextInt(3)))
        .liveBatchBytes(DeliverySettings.MIN_BATCH_BYTES)
        .bulkBatchBytes(DeliverySettings.MIN_BATCH_BYTES * oneOf(1, 1, 4))
        .maxValueBytes(oneOf(1024, 4096, 65_536))
        .listLimit(oneOf(5, 20, 100, 65_536))
        .aheadLimit(oneOf(10, 100, 262_144))
        .shareFor(Duration.ofMillis(oneOf(0, 5, 20)))
        .cursorRefresh(Duration.ofSeconds(1 + random.nextInt(10)))
        .build();
  }

  MemoryLink.Settings drawLink() {
    return MemoryLink.Settings.FAST
        .withDelay(Duration.ofMillis(oneOf(0, 1, 20, 100, 300)))
        .withRate(oneOf(0, 30_000, 60_000, 200_000, 2_000_000))
        .withUnsentLimit(oneOf(1200, 4096, 16_384));
  }

  MemoryDatagramLink.Settings drawDatagrams() {
    return new MemoryDatagramLink.Settings(
        Duration.ofMillis(oneOf(0, 1, 20, 100)),
        Duration.ofMillis(oneOf(0, 0, 5, 50)),
        oneOf(0, 0, 30_000, 200_000),
        32 * 1024,
        oneOf(0, 0, 10, 50, 300),
        oneOf(0, 0, 20, 200),
        oneOf(600, 1150),
        oneOf(3000, 20_000, 1 << 20));
  }

  private SimClient client(String name) {
    MemoryLink link = new MemoryLink(loop, loop, drawLink());
    hub.add(link);
    boolean wanted = chance(2) || ofDatagrams;
    MemoryDatagramLink datagrams = wanted ? new MemoryDatagramLink(loop, drawDatagrams()) : null;
    if (datagrams != null) {
      hub.add(datagrams);
    }
    List<FeedPlan> feeds = drawFeeds();
    Map<Integer, ModelDatabase> sources = new TreeMap<>(Map.of(0, plain, 1, versioned));
    List<SimClient.Target> targets = new ArrayList<>();
    int count = chance(3) ? 2 : 1;
    for (int i = 0; i < count; i++) {
      TargetStore store = new TargetStore(name + "/target-" + i, loop, sources, faults);
      if (chance(3)) {
        fillForeign(store);
      }
      targets.add(new SimClient.Target(store, new ModelSink.Health()));
    }
    ReceiverSettings receiver =
        new ReceiverSettings(
            name,
            "",
            List.of(chance(3) ? Compression.ZSTD : Compression.NONE),
            oneOf(16 * 1024, 64 * 1024, 4 << 20),
            oneOf(64 * 1024, 16 << 20),
            0,
            Duration.ofSeconds(5));
    CompareSettings compare =
        new CompareSettings(
            !chance(4),
            Duration.ofSeconds(chance(3) ? 0 : 1 + random.nextInt(10)),
            !chance(5),
            0,
            1 << 20);
    return new SimClient(loop, workers, link, datagrams, receiver, compare, feeds, targets, faults);
  }

  /** What was there before: of the feed's keys nothing may stay. */
  private static void fillForeign(TargetStore store) {
    for (int database = 0; database < 2; database++) {
      for (String key : List.of("a:old", "b:old", "hot:old", "v:old", "v:1", "b:2")) {
        Value value = new Value.StringValue(new byte[] {'o', 'l', 'd'});
        store.values(database).put(Key.of(key), Held.of(value, 0, 0));
      }
    }
  }

  private List<FeedPlan> drawFeeds() {
    FeedId all = new FeedId(0, "", KeyPatterns.ALL);
    FeedId hot = new FeedId(0, "hot", KeyPatterns.ALL);
    FeedId onlyA = new FeedId(0, "", KeyPatterns.of(List.of("a:*"), List.of()));
    FeedId notHot = new FeedId(0, "", KeyPatterns.of(List.of(), List.of("hot:*")));
    FeedId chain = new FeedId(1, "", KeyPatterns.ALL);
    FeedId some = new FeedId(1, "", KeyPatterns.of(List.of("v:*[02468]"), List.of()));
    return switch (random.nextInt(6)) {
      case 0 -> List.of(plan(all));
      case 1 -> List.of(plan(hot), plan(onlyA));
      case 2 -> List.of(plan(all), plan(chain));
      case 3 -> List.of(plan(hot), plan(notHot), plan(some));
      case 4 -> List.of(plan(chain));
      default -> List.of(plan(chain), plan(onlyA));
    };
  }

  private FeedPlan plan(FeedId feed) {
    return new FeedPlan(feed, chance(4) ? QosLevel.IDLE : null);
  }

  static Wanted wanted(FeedId feed) {
    return new Wanted(feed, feed.collection().equals("hot") ? HOT : KeyPatterns.ALL);
  }

  /** Runs it; an error names the seed. */
  void run() {
    workload.fill(plain);
    workload.fill(versioned);
    hub.start();
    clients.forEach(
        client -> loop.schedule(Duration.ofMillis(random.nextInt(3000)), client::start));
    Trouble trouble = new Trouble(this);
    long until = loop.nowNanos() + Duration.ofSeconds(5 + random.nextInt(15)).toNanos();
    while (loop.nowNanos() < until) {
      trouble.next();
      work();
      loop.advance(Duration.ofNanos(1 + random.nextInt(20_000_000)));
      expireAll();
      checkBounds();
      requireSound("during the run");
    }
    trouble.mend();
    converge();
    requireSound("at the end");
  }

  private void work() {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> workload.change(plain, 1 + random.nextInt(3));
      case 4, 5 -> workload.change(versioned, 1 + random.nextInt(4));
      case 6 -> workload.hot(chance(4) ? versioned : plain, 1 + random.nextInt(8));
      case 7 -> {
        if (chance(15)) {
          workload.change(chance(3) ? versioned : plain, 150);
        }
      }
      default -> {}
    }
  }

  void expireAll() {
    plain.expire();
    versioned.expire();
    clients.forEach(client -> client.targets().forEach(target -> target.store().expire()));
  }

  /** I9: nothing grows without limit. */
  private void checkBounds() {
    if (loop.pending() > MAX_TASKS) {
      faults.add("I9: " + loop.pending() + " tasks wait");
    }
    HubStatus status = chance(20) ? hub.status() : null;
    if (status == null) {
      return;
    }
    for (HubStatus.SubscriberStatus subscriber : status.subscribers()) {
      // credit is looked at before a batch is built: what was built beyond it is sent all the same
      long most =
          subscriber.windowBytes()
              + 3L
                  * subscriber.feeds().size()
                  * (settings.bulkBatchBytes() + settings.maxValueBytes());
      if (subscriber.unackedBytes() > most) {
        faults.add(
            "I9 %s: %d bytes unacknowledged, at most %d"
                .formatted(subscriber.clientId(), subscriber.unackedBytes(), most));
      }
    }
    for (SimClient client : clients) {
      client
          .progress()
          .forEach(feed -> {
            if (feed.waitingBatches() > 4200) {
              faults.add("I9: " + feed.waitingBatches() + " batches wait in " + feed.feed().name());
            }
          });
    }
  }

  private void converge() {
    long deadline = loop.nowNanos() + TO_CONVERGE.toNanos();
    while (!differences().isEmpty()) {
      if (loop.nowNanos() > deadline) {
        faults.add("I1: not equal after " + TO_CONVERGE + ": " + differences() + state());
        return;
      }
      loop.advance(Duration.ofMillis(100));
      if (!faults.isEmpty()) {
        return;
      }
    }
    clients.forEach(SimClient::checkCursors);
  }

  private List<String> differences() {
    List<String> found = new ArrayList<>();
    for (SimClient client : clients) {
      for (SimClient.Target target : client.targets()) {
        for (FeedPlan feed : client.feeds()) {
          for (String difference : target.store().differences(feed.id(), wanted(feed.id()))) {
            if (found.size() < 10) {
              found.add(target.store().name() + " " + feed.id().name() + ": " + difference);
            }
          }
        }
      }
    }
    return found;
  }

  private String state() {
    StringBuilder text = new StringBuilder();
    HubStatus status = hub.status();
    if (status != null) {
      status.databases().forEach(database -> text.append("\n  ").append(database));
      status.subscribers().forEach(subscriber -> text.append("\n  ").append(subscriber));
    }
    clients.forEach(client ->
        text.append("\n  ")
            .append(client.settings().clientId())
            .append(" sessions ")
            .append(client.sessions())
            .append(' ')
            .append(client.progress()));
    return text.toString();
  }

  private void requireSound(String when) {
    for (SimClient client : clients) {
      client
          .link()
          .listenerFailures()
          .forEach(failure -> faults.add("a listener threw " + failure));
      MemoryDatagramLink datagrams = client.datagrams();
      if (datagrams != null) {
        datagrams
            .listenerFailures()
            .forEach(failure -> faults.add("a listener of datagrams threw " + failure));
      }
    }
    if (hub.count(DeliveryCounter.PROTOCOL_ERRORS) > 0) {
      faults.add("a client broke the protocol");
    }
    if (!faults.isEmpty()) {
      throw new AssertionError(
          "seed %d, %s (replay: -Dreplicator.seeds=%d):%n%s".formatted(seed, when, seed, faults));
    }
  }
}
