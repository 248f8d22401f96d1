package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real failover of a source and of a target, made by a real sentinel, under writes (I1, I2). */
final class SentinelTest {
  private static final long SEED = 77;

  @TempDir private Path folder = Path.of("");

  @Test
  void followsTheSourceToItsNewMasterAndLosesNothing() {
    try (RedisServer first = RedisServer.started();
        RedisServer second = replicaOf(first);
        RedisServer target = RedisServer.started();
        SentinelServer sentinel = SentinelServer.watching(folder, first);
        Node hub = sourceHub(sentinel).start();
        Node client =
            Node.client(folder, "client", hub.address(), "-databases", "5,0", "-redis", at(target))
                .start()) {
      try (FailoverWriter writer = new FailoverWriter(sentinel, SEED)) {
        client.awaitReady();
        awaitWrites(writer, 300);
        first.kill();
        sentinel.awaitMaster(second);
        awaitWrites(writer, 300);
      }
      awaitEqual(second, target, hub, client);
      // The old master comes back with nothing in it, and a master until the sentinel sees it.
      first.start();
      try (FailoverWriter writer = new FailoverWriter(sentinel, SEED + 1)) {
        awaitWrites(writer, 300);
      }
      awaitEqual(second, target, hub, client);
      assertThat(hub.status()).contains(at(second));
    }
  }

  @Test
  void followsTheTargetToItsNewMaster() {
    try (RedisServer source = RedisServer.started();
        RedisServer first = RedisServer.started();
        RedisServer second = replicaOf(first);
        SentinelServer sentinel = SentinelServer.watching(folder, first);
        RandomWorkload workload = new RandomWorkload(SEED, source.port(), 0);
        Node hub =
            Node.hub(folder, "hub", "--databases", "0", "--plaindb", "0", "-redis", at(source))
                .start();
        Node client =
            Node.client(folder, "client", hub.address(), "-sentinel", "-redis", sentinel.address())
                .start()) {
      workload.run(2_000, false);
      client.awaitReady();
      workload.run(500, true);
      first.kill();
      workload.run(500, true);
      sentinel.awaitMaster(second);
      workload.run(500, true);
      Copy.awaitEqual(Node.LIMIT, at(source), at(second), 0, () -> hub.story() + client.story());
      client.awaitReady();
    }
  }

  @Test
  void leavesAMasterThatHangsAtBothEnds() {
    try (RedisServer first = RedisServer.started();
        RedisServer second = replicaOf(first);
        RedisServer firstTarget = RedisServer.started();
        RedisServer secondTarget = replicaOf(firstTarget);
        SentinelServer sources = SentinelServer.watching(folder, first);
        SentinelServer targets = SentinelServer.watching(folder, firstTarget);
        Node hub = sourceHub(sources).start();
        Node client =
            Node.client(
                    folder,
                    "client",
                    hub.address(),
                    "-databases",
                    "5,0",
                    "-sentinel",
                    "-redis",
                    targets.address())
                .start()) {
      try (FailoverWriter writer = new FailoverWriter(sources, SEED)) {
        client.awaitReady();
        awaitWrites(writer, 300);
        firstTarget.setStopped(true);
        targets.awaitMaster(secondTarget);
        awaitWrites(writer, 300);
      }
      awaitEqual(first, secondTarget, hub, client);
      first.setStopped(true);
      sources.awaitMaster(second);
      try (FailoverWriter writer = new FailoverWriter(sources, SEED + 1)) {
        awaitWrites(writer, 300);
      }
      awaitEqual(second, secondTarget, hub, client);
      // They wake up as masters and are told better: what they do until then counts for nothing.
      first.setStopped(false);
      firstTarget.setStopped(false);
      try (FailoverWriter writer = new FailoverWriter(sources, SEED + 2)) {
        awaitWrites(writer, 300);
      }
      awaitEqual(second, secondTarget, hub, client);
    }
  }

  private Node sourceHub(SentinelServer sentinel) {
    return Node.hub(
        folder,
        "hub",
        "-databases",
        "5,0",
        "-plaindb",
        "0",
        "-sentinel",
        "--sentinel-master",
        SentinelServer.MASTER,
        "-redis",
        sentinel.address());
  }

  private static RedisServer replicaOf(RedisServer master) {
    RedisServer replica =
        RedisServer.started("--replicaof", "127.0.0.1", Integer.toString(master.port()));
    try (RedisClient client = RedisClient.create("redis://" + at(replica));
        StatefulRedisConnection<String, String> connection = client.connect()) {
      Await.until(
          Node.LIMIT,
          "the replica follows its master",
          () -> connection.sync().info("replication").contains("master_link_status:up"));
    }
    return replica;
  }

  private static void awaitWrites(FailoverWriter writer, int more) {
    long before = writer.written();
    Await.until(Node.LIMIT, more + " more writes", () -> writer.written() >= before + more);
  }

  private static void awaitEqual(RedisServer source, RedisServer target, Node hub, Node client) {
    for (int database : new int[] {FailoverWriter.PLAIN, FailoverWriter.VERSIONED}) {
      CompareRules rules =
          database == FailoverWriter.PLAIN ? CompareRules.DEFAULT : Copy.WITHOUT_CHAIN;
      Copy.awaitEqual(
          Node.LIMIT, at(source), at(target), database, rules, () -> hub.story() + client.story());
    }
  }

  private static String at(RedisServer server) {
    return server.address();
  }
}
