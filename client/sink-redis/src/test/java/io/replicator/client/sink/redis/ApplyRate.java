package io.replicator.client.sink.redis;

import static io.replicator.client.sink.redis.SinkFixture.FEED;
import static io.replicator.client.sink.redis.SinkFixture.batch;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.live;

import com.sun.management.OperatingSystemMXBean;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how many values a second go to a real Redis, and what they cost: not a test, run it by
 * hand for docs/decisions/050. Prints a line for each kind of value and each size of a group.
 */
final class ApplyRate {
  private static final int VALUE_BYTES = 200;
  private static final int KEYS = 1_000_000;

  private ApplyRate() {}

  public static void main(String[] arguments) {
    for (int round = 0; round < 2; round++) {
      for (int group : new int[] {16, 64, 128, 256, 512, 1024}) {
        measure("strings", group, 4000, 0);
      }
      measure("strings, 16k batches", 256, 16_000, 0);
      measure("strings, 1k batches", 256, 1_000, 0);
      measure("strings with expiry", 256, 4000, 4_000_000_000_000L);
      measure("hashes of 5 fields", 256, 4000, -1);
    }
  }

  private static void measure(String what, int group, int batchKeys, long expiry) {
    RedisSinkSettings settings =
        RedisSinkSettings.DEFAULTS.withGrouping(group, 256 * 1024, 4 << 20);
    try (SinkFixture target = new SinkFixture();
        RedisSink sink = target.sink(settings)) {
      done(sink.open(FEED));
      List<Batch> batches = batches(batchKeys, expiry);
      OperatingSystemMXBean system =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = system.getProcessCpuTime();
      long start = System.nanoTime();
      for (Batch batch : batches) {
        done(sink.apply(batch));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
      int count = batches.size() * batchKeys;
      System.out.printf(
          "%-22s group %4d batch %5d: %,9.0f/s, client CPU %.2f us each (%,.0f/s on one core)%n",
          what, group, batchKeys, count / seconds, cpuSeconds * 1e6 / count, count / cpuSeconds);
    }
  }

  private static List<Batch> batches(int batchKeys, long expiry) {
    byte[] value = new byte[VALUE_BYTES];
    Arrays.fill(value, (byte) 'x');
    List<Batch> batches = new ArrayList<>();
    int keys = expiry < 0 ? KEYS / 5 : KEYS;
    for (int from = 0; from < keys; from += batchKeys) {
      Change[] changes = new Change[batchKeys];
      for (int i = 0; i < batchKeys; i++) {
        changes[i] = change(from + i, value, expiry);
      }
      batches.add(batch(changes).cursor(live("cursor" + from)).build());
    }
    return batches;
  }

  private static Change change(int number, byte[] value, long expiry) {
    Key key = Key.of("some:key:of:usual:length:" + number);
    if (expiry >= 0) {
      return new Change.Put(key, 1, new Value.StringValue(value), expiry);
    }
    List<Value.Field> fields = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      fields.add(
          new Value.Field(
              ("field" + i).getBytes(StandardCharsets.US_ASCII), Arrays.copyOf(value, 40), 0));
    }
    return new Change.Put(key, 1, new Value.HashValue(fields), 0);
  }
}
