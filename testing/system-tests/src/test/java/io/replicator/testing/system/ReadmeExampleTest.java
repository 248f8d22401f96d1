package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.client.replica.ReplicatorClient;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.server.HubServer;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The Java example of the README, run against a real hub and a real Redis. */
class ReadmeExampleTest {
  private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();

  @Test
  void anApplicationReadsALiveMapAndHearsOfChanges() throws Exception {
    try (RedisServer source = RedisServer.started();
        RedisClient redis = RedisClient.create("redis://" + source.address() + "/5");
        StatefulRedisConnection<String, String> connection = redis.connect();
        HubServer hub = HubServer.start(hubFor(source))) {
      RedisCommands<String, String> commands = connection.sync();
      commands.set("quote:IBM", "131.2");
      commands.set("news:1", "not asked for");
      String address = "127.0.0.1:" + hub.port();

      try (ReplicatorClient client =
          ReplicatorClient.connect(address).database(5).match("quote:*").open()) {
        client.onChange(change -> printed.add(change.keyText() + " " + change.text().orElse("-")));
        client.ready().get(60, TimeUnit.SECONDS);
        assertThat(client.map().text("quote:IBM")).contains("131.2");
        assertThat(client.map().contains("news:1")).isFalse();

        commands.set("quote:SAP", "99");
        awaitPrinted("quote:SAP 99");
        assertThat(client.map().text("quote:SAP")).contains("99");

        commands.del("quote:IBM");
        awaitPrinted("quote:IBM -");
        Await.until(
            Duration.ofSeconds(60), "IBM is gone", () -> !client.map().contains("quote:IBM"));
      }
    }
  }

  private void awaitPrinted(String line) {
    Await.until(Duration.ofSeconds(60), "heard of " + line, () -> printed.contains(line));
  }

  private static HubSettings hubFor(RedisServer source) {
    return HubSettings.of(
        "hub",
        ListenAddress.parse("127.0.0.1:0"),
        RedisEndpoint.parse(source.address()),
        List.of(5),
        Set.of(5));
  }
}
