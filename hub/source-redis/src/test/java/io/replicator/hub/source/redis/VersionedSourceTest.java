package io.replicator.hub.source.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source.ReadPage;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.testing.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VersionedSourceTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @Test
  void tellsVersionHorizonKeysAndTheListsStillThere() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0)) {
      change(truth, 3, "a");
      change(truth, 4, "b");
      change(truth, 5, "c");
      try (Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
        captured.await("version 5 [c]");
        assertThat(captured.mirror.events)
            .containsExactly(
                "known 5 from 2",
                "began start",
                "ended",
                "version 3 [a]",
                "version 4 [b]",
                "version 5 [c]");
        assertThat(captured.mirror.knows("a")).isTrue();
        assertThat(captured.mirror.knows("version")).isFalse();
        assertThat(captured.mirror.knows("version:3")).isFalse();
        change(truth, 6, "d");
        captured.await("version 6 [d]");
      }
    }
  }

  @Test
  void goesBackNoFurtherThanItMay() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0)) {
      for (int n = 1; n <= 20; n++) {
        change(truth, n, "key" + n);
      }
      try (Captured captured = new Captured(server, SourceSettings.DEFAULTS.withMaxChainLists(5))) {
        captured.await("version 20 [key20]");
        assertThat(captured.mirror.has("known 20 from 15")).isTrue();
      }
    }
  }

  @Test
  void waitsForAVersionAndSaysSo() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
      Await.until(LIMIT, "the hint", () -> captured.source.status().message().contains("-plaindb"));
      assertThat(captured.mirror.events).isEmpty();
      change(truth, 1, "a");
      captured.await("version 1 [a]");
      assertThat(captured.source.status().message()).isEmpty();
    }
  }

  @Test
  void endsTheHistoryWhenTheVersionGoesBack() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
      change(truth, 7, "a");
      captured.await("version 7 [a]");
      change(truth, 2, "b");
      captured.await("lost: version went back from 7 to 2");
      captured.await("version 2 [b]");
      truth.send("FLUSHALL");
      captured.await("lost: the key 'version' is gone");
    }
  }

  @Test
  void endsTheHistoryWhenAListIsMissing() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0);
        Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
      change(truth, 1, "a");
      captured.await("version 1 [a]");
      truth.send("SET", "b", "1");
      truth.send("SET", "version", "3");
      captured.await("lost: a list of versions 2 to 3 is missing");
      captured.await("known 3 from 3");
    }
  }

  @Test
  void goesOnFromTheChainAfterACut() {
    try (RedisServer server =
        RedisServer.started("--appendonly", "yes", "--appendfsync", "always")) {
      try (Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
        try (Truth truth = new Truth(server.address(), 0)) {
          change(truth, 1, "a");
          captured.await("version 1 [a]");
        }
        server.kill();
        server.start();
        try (Truth truth = new Truth(server.address(), 0)) {
          change(truth, 2, "b");
          change(truth, 3, "c");
          captured.await("version 3 [c]");
          assertThat(captured.mirror.versions).containsExactly(1L, 2L, 3L);
          assertThat(captured.mirror.count("began start")).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void endsTheHistoryWhenTheSameVersionCameBackWithOtherKeys() {
    try (RedisServer server = RedisServer.started();
        Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
      try (Truth truth = new Truth(server.address(), 0)) {
        change(truth, 1, "a");
        captured.await("version 1 [a]");
      }
      server.setStopped(true);
      server.kill(); // nothing was saved
      server.start();
      try (Truth truth = new Truth(server.address(), 0)) {
        truth.send("MULTI");
        truth.send("SADD", "version:1", "x");
        truth.send("SADD", "version:2", "y");
        truth.send("SET", "version", "2");
        truth.send("EXEC");
        Await.until(LIMIT, "another history", () -> captured.mirror.hasLostHistory());
        captured.await("version 2 [y]");
      }
    }
  }

  @Test
  void readsTheVersionInTheSameStepAndListsOfBothTypes() {
    try (RedisServer server = RedisServer.started();
        Truth truth = new Truth(server.address(), 0)) {
      change(truth, 1, "a");
      truth.send("SADD", "version:2", "b");
      truth.send("PEXPIREAT", "version:2", "9999999999999");
      truth.send("SET", "version", "2");
      try (Captured captured = new Captured(server, SourceSettings.DEFAULTS)) {
        captured.await("version 2 [b]");
        ReadPage page =
            captured
                .source
                .read(List.of("a".getBytes(StandardCharsets.UTF_8)), 1000, 1000)
                .toCompletableFuture()
                .join();
        assertThat(page.version()).isEqualTo(2);
        assertThat(captured.source.chain(0, 2).toCompletableFuture().join())
            .containsExactly(
                new VersionList(1, List.of(Key.of("a")), 0),
                new VersionList(2, List.of(Key.of("b")), 9999999999999L));
      }
    }
  }

  private static void change(Truth truth, int version, String key) {
    truth.send("MULTI");
    truth.send("SET", key, "at " + version);
    truth.send("DEL", "version:" + version);
    truth.send("RPUSH", "version:" + version, key);
    truth.send("SET", "version", Integer.toString(version));
    truth.send("EXEC");
  }

  private static final class Captured implements AutoCloseable {
    final Mirror mirror = new Mirror();
    final VersionedSource source;
    private final RedisConnector connector;

    Captured(RedisServer server, SourceSettings settings) {
      connector = new RedisConnector(RedisEndpoint.parse(server.address()));
      source = new VersionedSource(connector, 0, settings);
      source.start(mirror);
    }

    void await(String event) {
      Await.until(LIMIT, event, () -> mirror.has(event));
    }

    @Override
    public void close() {
      source.close();
      connector.close();
    }
  }
}
