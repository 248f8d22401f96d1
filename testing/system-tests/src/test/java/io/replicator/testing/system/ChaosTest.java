package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.FaultProxy;
import io.replicator.testing.testkit.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * I1 to I4 under faults: while a random workload runs at the source, the link is cut, stalled and
 * swallowed, and hub, client, source and target are killed (kill -9). When it is quiet, the copy
 * must be equal, and nothing may have gone back on the way.
 */
final class ChaosTest {
  private static final int ROUNDS = 12;

  /** Some rounds are over before anything can start again, some last for seconds. */
  private static final int MOST_COMMANDS_A_ROUND = 2_500;

  private static final Duration QUIET_LIMIT = Duration.ofMinutes(3);

  @TempDir private Path folder = Path.of("");

  static long[] seeds() {
    return Seeds.orElse(1, 2, 3);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void convergesAndNeverGoesBackWhateverIsCutOrKilled(long seed) {
    System.out.println("ChaosTest seed " + seed + " (replay: -Dreplicator.seeds=" + seed + ")");
    String[] durable = {"--appendonly", "yes", "--appendfsync", "always"};
    try (RedisServer source = RedisServer.started(durable);
        RedisServer target = RedisServer.started(durable);
        FaultProxy toSource = FaultProxy.to(source.address());
        World world = new World(folder, source, target, toSource);
        BackwardsWatch watch = new BackwardsWatch(target.port());
        RandomWorkload workload = new RandomWorkload(seed, source.port(), 0)) {
      SplittableRandom faults = new SplittableRandom(seed ^ 0x5DEECE66DL);
      workload.run(MOST_COMMANDS_A_ROUND, false);
      for (int round = 0; round < ROUNDS; round++) {
        world.fault(faults);
        workload.run(1 + faults.nextInt(MOST_COMMANDS_A_ROUND), true);
        if (faults.nextBoolean()) {
          world.heal();
        }
      }
      world.heal();
      world.awaitEqual(QUIET_LIMIT);
      assertThat(watch.complaints()).as("what went back at the target").isEmpty();
      assertThat(watch.reads()).as("reads of the witnesses").isPositive();
    }
  }

  /** Hub and client as processes, with the places where they can be hurt. */
  private static final class World implements AutoCloseable {
    private final RedisServer source;
    private final RedisServer target;
    private final FaultProxy toSource;
    private final FaultProxy link;
    private final Node hub;
    private final Node client;

    World(Path folder, RedisServer source, RedisServer target, FaultProxy toSource) {
      this.source = source;
      this.target = target;
      this.toSource = toSource;
      this.hub = Node.hub(folder, "hub", "--plaindb", "0", "--redis", toSource.address()).start();
      this.link = FaultProxy.to(hub.address());
      this.client =
          Node.client(folder, "client", link.address(), "--redis", target.address()).start();
    }

    /** One random fault. A process or server that is killed is started again at once. */
    void fault(SplittableRandom random) {
      switch (random.nextInt(10)) {
        case 0, 1 -> link.cut();
        case 2 -> link.blackhole(true);
        case 3 -> link.stall(FaultProxy.Direction.TO_CLIENT, true);
        case 4 -> toSource.cut();
        case 5 -> toSource.blackhole(true);
        case 6 -> restart(hub);
        case 7 -> restart(client);
        case 8 -> {
          target.kill();
          target.start();
        }
        default -> {
          source.kill();
          source.start();
        }
      }
    }

    void heal() {
      link.heal();
      toSource.heal();
    }

    void awaitEqual(Duration limit) {
      Copy.awaitEqual(
          limit, source.address(), target.address(), 0, () -> hub.story() + client.story());
    }

    private static void restart(Node node) {
      node.kill();
      node.start();
    }

    @Override
    public void close() {
      client.close();
      hub.close();
      link.close();
    }
  }
}
