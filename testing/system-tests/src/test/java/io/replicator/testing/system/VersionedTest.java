package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.JsonValues;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Databases whose application keeps a version chain, end to end: consistent versions (I8), history
 * that is lost, a hub that comes back, a target that is the next source.
 */
final class VersionedTest {
  private static final int DATABASE = 5;
  private static final long LIST_SECONDS = 3_600;
  private static final long SEED = 2026;

  @TempDir private Path folder = Path.of("");

  @Test
  void showsAVersionOnlyWhenEverythingUpToItIsThere() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        ChainWriter writer = writerAt(source);
        ChainWatch watch = new ChainWatch(target.port(), DATABASE, writer.history())) {
      writer.write(500);
      try (Node hub = hub("hub", source).start();
          Node client = client("client", hub, target).start()) {
        while (watch.versionsSeen() < 100 && watch.complaints().isEmpty()) {
          requireAlive(hub, client);
          writer.write(20);
        }
        awaitShown(watch, writer, hub, client);
        assertThat(watch.complaints()).as("seen under load").isEmpty();
        watch.expectExactCuts();
        for (int i = 0; i < 50; i++) {
          writer.write(1);
          awaitShown(watch, writer, hub, client);
        }
        assertThat(watch.complaints()).as("seen step by step").isEmpty();
        awaitEqual(source, target, hub, client);
      }
    }
  }

  @Test
  void reconcilesWhenListsWereLostWhileTheHubRuns() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        ChainWriter writer = writerAt(source);
        ChainWatch watch = new ChainWatch(target.port(), DATABASE, writer.history());
        Node hub = hub("hub", source).start();
        Node client = client("client", hub, target).start()) {
      loadQuotes(source, 3_000);
      writer.write(100);
      awaitShown(watch, writer, hub, client);
      writer.writeWithoutList();
      writer.write(10);
      awaitShown(watch, writer, hub, client);
      hub.awaitOutput("history lost");
      awaitEqual(source, target, hub, client);
      assertThat(hub.figure("histories_lost")).isPositive();
      assertReconciled(hub, 1);
      assertThat(watch.complaints()).isEmpty();
    }
  }

  @Test
  void reconcilesWhenListsEndedWhileTheClientWasAway() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        ChainWriter writer = writerAt(source);
        ChainWatch watch = new ChainWatch(target.port(), DATABASE, writer.history());
        Node hub = hub("hub", source).start();
        Node client = client("client", hub, target).start()) {
      loadQuotes(source, 3_000);
      writer.write(100);
      awaitShown(watch, writer, hub, client);
      hub.kill();
      writer.write(300);
      writer.forget(90, 250);
      hub.start();
      awaitShown(watch, writer, hub, client);
      hub.awaitOutput("reason=\"history gone\"");
      awaitEqual(source, target, hub, client);
      assertReconciled(hub, 0);
      assertThat(watch.complaints()).isEmpty();
    }
  }

  @Test
  void resumesFromTheChainAloneAfterTheHubWasKilled() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        ChainWriter writer = writerAt(source);
        ChainWatch watch = new ChainWatch(target.port(), DATABASE, writer.history());
        Node hub = hub("hub", source)) {
      loadQuotes(source, 5_000);
      writer.write(100);
      hub.start();
      try (Node client = client("client", hub, target).start()) {
        awaitShown(watch, writer, hub, client);
        client.awaitReady();
        long loadBytes = client.figure("receivedBytes");
        for (int i = 0; i < 2; i++) {
          hub.kill();
          writer.write(50);
          hub.start();
          awaitShown(watch, writer, hub, client);
          assertThat(hub.figure("resumes")).as("resumed\n" + hub.story()).isPositive();
          assertThat(hub.figure("snapshots")).as("snapshots\n" + hub.story()).isZero();
          assertThat(client.status()).contains("\"snapshot\":false");
        }
        long resumeBytes = client.figure("receivedBytes") - loadBytes;
        assertThat(resumeBytes).as("bytes of two resumes").isBetween(1L, loadBytes / 10);
        assertThat(watch.complaints()).isEmpty();
        awaitEqual(source, target, hub, client);
      }
    }
  }

  @Test
  void aTargetIsTheVersionedSourceOfTheNextHop() {
    try (RedisServer source = RedisServer.started();
        RedisServer middle = RedisServer.started();
        RedisServer target = RedisServer.started();
        ChainWriter writer = writerAt(source);
        ChainWatch watch = new ChainWatch(target.port(), DATABASE, writer.history());
        Node hub = hub("hub", source).start();
        Node client = client("client", hub, middle).start();
        Node nextHub = hub("next-hub", middle).start();
        Node nextClient = client("next-client", nextHub, target).start()) {
      writer.write(300);
      while (watch.versionsSeen() < 50 && watch.complaints().isEmpty()) {
        requireAlive(hub, client, nextHub, nextClient);
        writer.write(5);
      }
      for (Node killed : new Node[] {client, nextHub, hub, nextClient}) {
        killed.kill();
        writer.write(30);
        killed.start();
        awaitShown(watch, writer, hub, client, nextHub, nextClient);
      }
      assertThat(watch.complaints()).isEmpty();
      awaitEqual(source, target, hub, client, nextHub, nextClient);
    }
  }

  @Test
  void ofTwoTargetsOneDiesAndComesBackAndBothShowConsistentVersions() {
    String[] durable = {"--appendonly", "yes", "--appendfsync", "always"};
    try (RedisServer source = RedisServer.started();
        RedisServer first = RedisServer.started(durable);
        RedisServer second = RedisServer.started(durable);
        ChainWriter writer = writerAt(source);
        ChainWatch atFirst = new ChainWatch(first.port(), DATABASE, writer.history());
        ChainWatch atSecond = new ChainWatch(second.port(), DATABASE, writer.history());
        Node hub = hub("hub", source).start();
        Node client = client("client", hub, first, "--targets", at(second)).start()) {
      writer.write(200);
      awaitShown(atFirst, writer, hub, client);
      awaitShown(atSecond, writer, hub, client);
      second.kill();
      for (int i = 0; i < 20; i++) {
        writer.write(10);
        awaitShown(atFirst, writer, hub, client);
      }
      second.start();
      writer.write(10);
      awaitShown(atSecond, writer, hub, client);
      client.awaitReady();
      writer.write(10);
      awaitShown(atFirst, writer, hub, client);
      awaitShown(atSecond, writer, hub, client);
      assertThat(atFirst.complaints()).isEmpty();
      assertThat(atSecond.complaints()).isEmpty();
      awaitEqual(source, first, hub, client);
      awaitEqual(source, second, hub, client);
      assertThat(hub.figure("snapshots")).as("only the first load\n" + hub.story()).isEqualTo(1);
    }
  }

  @Test
  void withAChainOfItsOwnATargetOfAPlainDatabaseFeedsTheNextHop() {
    System.out.println("VersionedTest seed " + SEED);
    try (RedisServer source = RedisServer.started();
        RedisServer middle = RedisServer.started();
        RedisServer target = RedisServer.started();
        RandomWorkload workload = new RandomWorkload(SEED, source.port(), DATABASE);
        Node hub =
            Node.hub(folder, "hub", "--databases", "5", "--plaindb", "5", "-redis", at(source));
        Node client = Node.client(folder, "client", hub.address(), withOwnChain(middle));
        Node nextHub = hub("next-hub", middle);
        Node nextClient = client("next-client", nextHub, target)) {
      workload.run(2_000, false);
      Node[] all = {hub, client, nextHub, nextClient};
      for (Node node : all) {
        node.start();
      }
      nextClient.awaitReady();
      for (Node killed : new Node[] {nextHub, client, hub, nextClient}) {
        workload.run(500, true);
        killed.kill();
        workload.run(500, true);
        killed.start();
      }
      workload.run(500, true);
      Copy.awaitEqual(
          Node.LIMIT, at(source), at(middle), DATABASE, Copy.WITHOUT_CHAIN, () -> story(all));
      Copy.awaitEqual(
          Node.LIMIT, at(source), at(target), DATABASE, Copy.WITHOUT_CHAIN, () -> story(all));
    }
  }

  @Test
  void aDatabaseWithoutAVersionWaitsForOneAndSaysSo() {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        Node hub = hub("hub", source).start();
        Node client = client("client", hub, target).start()) {
      hub.awaitOutput("-plaindb");
      hub.awaitStatus("belongs in -plaindb");
      try (ChainWriter writer = writerAt(source);
          ChainWatch watch = new ChainWatch(target.port(), DATABASE, writer.history())) {
        writer.write(10);
        awaitShown(watch, writer, hub, client);
        awaitEqual(source, target, hub, client);
        assertThat(hub.status()).doesNotContain("-plaindb");
      }
    }
  }

  private Node hub(String name, RedisServer source) {
    return Node.hub(folder, name, "-databases", "5", "-redis", at(source));
  }

  private Node client(String name, Node hub, RedisServer target, String... more) {
    List<String> args = new ArrayList<>(List.of("-databases", "5", "-redis", at(target)));
    args.addAll(List.of(more));
    return Node.client(folder, name, hub.address(), args.toArray(String[]::new));
  }

  private static String[] withOwnChain(RedisServer target) {
    return new String[] {"-databases", "5", "-lv", "-redis", at(target)};
  }

  private static ChainWriter writerAt(RedisServer source) {
    return new ChainWriter(SEED, source.port(), DATABASE, LIST_SECONDS);
  }

  private static String at(RedisServer server) {
    return server.address();
  }

  /** Only what differed was sent; so many snapshots came before. */
  private static void assertReconciled(Node hub, long snapshots) {
    Await.until(Node.LIMIT, "reconciled", () -> hub.figure("reconciles_done") > 0);
    assertThat(hub.figure("snapshots")).as(hub.story()).isEqualTo(snapshots);
    assertThat(hub.figure("reconciles_given_up")).as(hub.story()).isZero();
    assertThat(hub.figure("items_wanted")).as(hub.story()).isLessThan(1_000);
  }

  private static void loadQuotes(RedisServer source, int count) {
    JsonValues values = new JsonValues(SEED);
    Map<String, String> quotes = new HashMap<>();
    for (int i = 0; i < count; i++) {
      quotes.put(
          new String(JsonValues.key(i), StandardCharsets.US_ASCII),
          new String(values.value(i), StandardCharsets.US_ASCII));
    }
    try (RedisClient client = RedisClient.create("redis://" + at(source) + "/" + DATABASE);
        StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().mset(quotes);
    }
  }

  private static void awaitShown(ChainWatch watch, ChainWriter writer, Node... nodes) {
    try {
      Await.until(
          Node.LIMIT,
          "the copy shows version " + writer.version(),
          () -> watch.shown() == writer.version());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ", but " + watch.shown() + "\n" + story(nodes), e);
    }
  }

  private static void awaitEqual(RedisServer source, RedisServer target, Node... nodes) {
    Copy.awaitEqual(
        Node.LIMIT, at(source), at(target), DATABASE, Copy.WITHOUT_CHAIN, () -> story(nodes));
  }

  private static void requireAlive(Node... nodes) {
    for (Node node : nodes) {
      assertThat(node.isAlive()).as(() -> story(nodes)).isTrue();
    }
  }

  private static String story(Node... nodes) {
    StringBuilder story = new StringBuilder();
    for (Node node : nodes) {
      story.append(node.story());
    }
    return story.toString();
  }
}
