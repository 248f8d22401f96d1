package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Key;
import io.replicator.api.QosLevel;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/** A hub with one database in memory and links to test clients, all on one thread and one clock. */
final class Lab {
  static final Duration LONG = Duration.ofMinutes(10);

  final long seed;
  final VirtualLoop loop;
  final FakeSource source;
  final MemoryLink link;
  final Random random;
  HubCore hub;

  Lab(long seed, DeliverySettings settings, boolean versioned, MemoryLink.Settings linkSettings) {
    this.seed = seed;
    this.random = new Random(seed);
    this.loop = new VirtualLoop(seed);
    this.source = new FakeSource(loop, 0, versioned);
    this.link = new MemoryLink(loop, loop, linkSettings);
    this.hub = newHub(settings, source);
  }

  static Lab plain() {
    return new Lab(1, DeliverySettings.defaults("lab"), false, MemoryLink.Settings.FAST);
  }

  static Lab versioned() {
    return new Lab(1, DeliverySettings.defaults("lab"), true, MemoryLink.Settings.FAST);
  }

  HubCore newHub(DeliverySettings settings, FakeSource from) {
    HubCore core =
        new HubCore(loop, loop, settings, AccessRules.OPEN, new Random(random.nextLong()));
    core.addDatabase(from, DatabaseSettings.of(QosLevel.HIGH));
    link.listen(core.acceptor());
    return core;
  }

  static DeliverySettings settings(int listLimit, int aheadLimit, int batchBytes) {
    DeliverySettings usual = DeliverySettings.defaults("lab");
    return usual
        .change()
        .liveBatchBytes(batchBytes)
        .bulkBatchBytes(batchBytes)
        .maxValueBytes(Math.min(usual.maxValueBytes(), batchBytes))
        .listLimit(listLimit)
        .aheadLimit(aheadLimit)
        .build();
  }

  TestClient connect(TestClient.Store store) {
    return connect(new TestClient(store), TestClient.hello(store).build());
  }

  TestClient connect(TestClient client, Hello hello) {
    link.connect(
            connection -> {
              client.connection = connection;
              if (client.killed) {
                connection.close();
                return client;
              }
              connection.send(Frame.newBuilder().setHello(hello).build());
              connection.flush();
              return client;
            })
        .exceptionally(failure -> {
          client.closed = "not connected";
          return null;
        });
    return client;
  }

  void untilEqual(TestClient.Store store) {
    loop.runUntil(LONG, "seed " + seed + ": the copy equals the source", () -> isEqual(store));
    assertThat(link.listenerFailures()).isEmpty();
  }

  boolean isEqual(TestClient.Store store) {
    if (store.loading || store.values.size() != source.values.size()) {
      return false;
    }
    for (Map.Entry<Key, byte[]> entry : source.values.entrySet()) {
      if (!Arrays.equals(entry.getValue(), store.values.get(entry.getKey()))) {
        return false;
      }
    }
    return true;
  }

  long count(DeliveryCounter counter) {
    return Objects.requireNonNull(hub.counters().get(counter));
  }

  static Map<Key, String> text(Map<Key, byte[]> values) {
    Map<Key, String> text = new TreeMap<>();
    values.forEach((key, value) -> text.put(key, new String(value, StandardCharsets.ISO_8859_1)));
    return text;
  }

  void fill(int keys, int valueBytes) {
    for (int i = 0; i < keys; i++) {
      source.quietly(String.format("key:%06d", i), value(valueBytes));
    }
  }

  byte[] value(int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return value;
  }

  /** A value that begins with a number, to tell older from newer. */
  byte[] numbered(long number, int bytes) {
    byte[] value = value(Math.max(8, bytes));
    ByteBuffer.wrap(value).putLong(number);
    return value;
  }

  static long number(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }
}
