package io.replicator.testing.simulation;

import io.replicator.hub.delivery.AccessRules;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.delivery.DatabaseSettings;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.delivery.DeliverySettings;
import io.replicator.hub.delivery.HubCore;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The hub at one address: killed, drained and started again with nothing but its settings. */
final class SimHub {
  private final VirtualLoop loop;
  private final Executor workers;
  private final DeliverySettings settings;
  private final Map<ModelDatabase, DatabaseSettings> databases;
  private final List<MemoryLink> links = new ArrayList<>();
  private final List<MemoryDatagramLink> datagramLinks = new ArrayList<>();
  private final Map<DeliveryCounter, Long> counted = new EnumMap<>(DeliveryCounter.class);
  private Supplier<OptionalInt> drawParity = OptionalInt::empty;
  private List<ModelSource> sources = List.of();
  private CapRules caps = CapRules.NONE;
  private @Nullable HubCore core;

  SimHub(
      VirtualLoop loop,
      Executor workers,
      DeliverySettings settings,
      Map<ModelDatabase, DatabaseSettings> databases) {
    this.loop = loop;
    this.workers = workers;
    this.settings = settings;
    this.databases = databases;
  }

  void add(MemoryLink link) {
    links.add(link);
    HubCore open = core;
    if (open != null) {
      link.listen(open.acceptor());
    }
  }

  /** Each start offers datagrams with as many parities as this says. */
  void drawParity(Supplier<OptionalInt> draw) {
    drawParity = draw;
  }

  /** Clients that want datagrams come this way. */
  void add(MemoryDatagramLink link) {
    datagramLinks.add(link);
    listen(link);
  }

  private void listen(MemoryDatagramLink link) {
    HubCore open = core;
    if (open != null) {
      open.offerDatagrams(link.port(), drawParity.get());
      link.listen(open.datagramAcceptor());
    }
  }

  Collection<ModelSource> sources() {
    return sources;
  }

  void start() {
    if (core != null) {
      return;
    }
    HubCore fresh = new HubCore(loop, workers, settings, AccessRules.OPEN, loop.random());
    List<ModelSource> started = new ArrayList<>();
    databases.forEach((database, how) -> {
      ModelSource source = new ModelSource(loop, loop.random(), database);
      started.add(source);
      fresh.addDatabase(source, how);
    });
    sources = started;
    fresh.capWith(caps);
    core = fresh;
    links.forEach(link -> link.listen(fresh.acceptor()));
    datagramLinks.forEach(this::listen);
  }

  /** Caps that hold from now on, also after a restart. */
  void capWith(CapRules rules) {
    caps = rules;
    HubCore open = core;
    if (open != null) {
      open.capWith(rules);
    }
  }

  /** Without good-bye. */
  void kill() {
    HubCore open = core;
    if (open != null) {
      core = null;
      links.forEach(MemoryLink::refuse);
      links.forEach(MemoryLink::cut);
      datagramLinks.forEach(MemoryDatagramLink::refuse);
      datagramLinks.forEach(MemoryDatagramLink::cut);
      count(open);
      open.close();
    }
  }

  /** As an operator stops it. */
  void stop() {
    HubCore open = core;
    if (open != null) {
      core = null;
      links.forEach(MemoryLink::refuse);
      open.drain(Duration.ofMillis(500))
          .thenRun(() -> {
            count(open);
            open.close();
          });
    }
  }

  boolean isRunning() {
    return core != null;
  }

  /** What all hubs at this address have counted. */
  long count(DeliveryCounter counter) {
    long now = core == null ? 0 : Objects.requireNonNull(core.counters().get(counter));
    return counted.getOrDefault(counter, 0L) + now;
  }

  private void count(HubCore ending) {
    ending.counters().forEach((counter, value) -> counted.merge(counter, value, Long::sum));
  }

  @Nullable HubStatus status() {
    return core == null ? null : core.status();
  }
}
