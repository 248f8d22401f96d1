package io.replicator.testing.simulation;

import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.qos.QosCaps;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Everything that goes wrong, and is mended after a while. */
final class Trouble {
  private final Simulation simulation;
  private final VirtualLoop loop;
  private final RandomGenerator random;

  /** Of its own, so that seeds mean what they did without it. */
  private final RandomGenerator narrowing;

  private final int rarity;
  private boolean over;
  private Duration clockMoved = Duration.ZERO;

  Trouble(Simulation simulation) {
    this.simulation = simulation;
    this.loop = simulation.loop;
    this.random = simulation.random;
    this.narrowing = new SplittableRandom(simulation.seed);
    this.rarity = 15 + random.nextInt(60);
  }

  /** Perhaps one more. */
  void next() {
    if (random.nextInt(rarity) != 0) {
      return;
    }
    SimClient client = simulation.clients.get(random.nextInt(simulation.clients.size()));
    MemoryDatagramLink datagrams = client.datagrams();
    int shareOfDatagrams = simulation.ofDatagrams ? 2 : 1;
    if (datagrams != null && random.nextInt(3) < shareOfDatagrams) {
      datagrams(datagrams);
      return;
    }
    switch (random.nextInt(16)) {
      case 0, 1 -> client.link().cut();
      case 2 -> halfOpen(client.link());
      case 3 -> stall(client.link());
      case 4, 5 -> client.link().change(simulation.drawLink());
      case 6, 7 -> restart(client);
      case 8 -> restartHub();
      case 9, 10 -> sink(client);
      case 11, 12 -> source();
      case 13 -> moveClock();
      case 14 -> simulation.hub.capWith(drawCaps());
      default -> {
        if (random.nextInt(4) == 0) {
          simulation.plain.flush();
        }
      }
    }
  }

  /**
   * Loss, doubling and reordering of another kind; narrower, blocked for a while; the address
   * changes.
   */
  private void datagrams(MemoryDatagramLink link) {
    switch (random.nextInt(4)) {
      case 0 -> {
        link.change(simulation.drawDatagrams());
        boolean narrow = narrowing.nextInt(4) == 0;
        link.narrow(narrow ? narrowing.nextInt(512, 1150) : Integer.MAX_VALUE);
      }
      case 1 -> {
        link.block();
        later(4000, link::unblock);
      }
      case 2 -> link.loseNext(1 + random.nextInt(20));
      default -> link.cut();
    }
  }

  private void later(int atMostMillis, Runnable mending) {
    loop.schedule(
        Duration.ofMillis(1 + random.nextInt(atMostMillis)),
        () -> {
          if (!over) {
            mending.run();
          }
        });
  }

  private void halfOpen(MemoryLink link) {
    link.blackhole();
    later(5000, link::heal);
  }

  private void stall(MemoryLink link) {
    link.stall(random.nextBoolean() ? MemoryLink.Direction.TO_CLIENT : MemoryLink.Direction.TO_HUB);
    later(6000, link::heal);
  }

  private void restart(SimClient client) {
    client.kill();
    later(random.nextInt(5) == 0 ? 6000 : 300, client::start);
  }

  private void restartHub() {
    if (random.nextBoolean()) {
      simulation.hub.kill();
    } else {
      simulation.hub.stop();
    }
    later(2000, simulation.hub::start);
  }

  private void sink(SimClient client) {
    SimClient.Target target = client.targets().get(random.nextInt(client.targets().size()));
    switch (random.nextInt(3)) {
      case 0 -> {
        target.health().refusing = true;
        later(1500, () -> target.health().refusing = false);
      }
      case 1 -> {
        target.health().stalled = true;
        later(4000, () -> target.health().stalled = false);
      }
      default -> {
        target.health().slowMicros = 100_000;
        later(4000, () -> target.health().slowMicros = 500);
      }
    }
  }

  private void source() {
    for (ModelSource source : simulation.hub.sources()) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          source.beginGap();
          later(1500, source::endGap);
        }
        case 2 -> {
          source.slowMicros = 60_000;
          later(3000, () -> source.slowMicros = 2000);
        }
        case 3 -> {
          source.failPerMille = 300;
          later(2000, () -> source.failPerMille = 0);
        }
        default -> {}
      }
    }
  }

  private CapRules drawCaps() {
    QosCaps others = new QosCaps(random.nextInt(3) * 20_000L, drawLevelCaps());
    CapRules.Whom one = new CapRules.Client("client-" + random.nextInt(4));
    QosCaps its = new QosCaps(random.nextInt(3) * 50_000L, drawLevelCaps());
    return new CapRules(others, List.of(new CapRules.CapRule(one, its)));
  }

  private Map<QosLevel, Long> drawLevelCaps() {
    List<QosLevel> all = List.of(QosLevel.values());
    QosLevel level = all.get(random.nextInt(all.size()));
    return random.nextBoolean() ? Map.of() : Map.of(level, 2_000L + random.nextInt(60_000));
  }

  private void moveClock() {
    Duration by = Duration.ofMillis(random.nextInt(-5000, 60_000));
    loop.moveWallClock(by);
    clockMoved = clockMoved.plus(by);
    simulation.expireAll();
  }

  /** From here on nothing goes wrong any more. */
  void mend() {
    over = true;
    simulation.hub.capWith(CapRules.NONE);
    simulation.hub.start();
    for (ModelSource source : simulation.hub.sources()) {
      source.slowMicros = 2000;
      source.failPerMille = 0;
      source.endGap();
    }
    for (SimClient client : simulation.clients) {
      client.link().heal();
      MemoryDatagramLink datagrams = client.datagrams();
      if (datagrams != null) {
        datagrams.unblock();
      }
      client.start();
      client
          .targets()
          .forEach(target -> {
            target.health().refusing = false;
            target.health().stalled = false;
            target.health().slowMicros = 500;
          });
    }
  }
}
