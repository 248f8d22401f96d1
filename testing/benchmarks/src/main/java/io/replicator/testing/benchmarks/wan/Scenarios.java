package io.replicator.testing.benchmarks.wan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All scenarios there are, in the order they run. */
final class Scenarios {
  private static final List<Scenario> ALL =
      List.of(
          new InitialLoad(
              "W1",
              Data.JSON,
              1_000_000,
              new Link("10mbit", 50, 0),
              List.of("bbr"),
              List.of(new Aim(Result.SECONDS, 33), new Aim(Result.DOWN_MB, 39))),
          new InitialLoad(
              "W1mixed",
              Data.MIXED,
              1_000_000,
              new Link("10mbit", 50, 0),
              List.of("bbr"),
              List.of()),
          new InitialLoad(
              "W2",
              Data.JSON,
              1_000_000,
              new Link("100mbit", 20, 0.1),
              List.of("cubic", "bbr"),
              List.of(new Aim(Result.SECONDS, 8))),
          new InitialLoad(
              "W3",
              Data.JSON,
              100_000,
              new Link("10mbit", 50, 1),
              List.of("cubic", "bbr"),
              List.of(new Aim(Result.SECONDS, 4.5), new Aim(Result.DOWN_MB, 4.2))),
          new Overload(),
          new ChangeDuringLoad(),
          new Outage(),
          new CutLoad(),
          new FourLevels(),
          new StalledClient(),
          new ManyClients(),
          new IdleLine(),
          new LossyUpdates("udp0", 0, 0),
          new LossyUpdates("udp1", 1, 0),
          new LossyUpdates("udp3", 3, 0),
          new LossyUpdates("udp5", 5, 0),
          new LossyUpdates("udp3burst", 3, 8),
          new BulkBeside(),
          new UdpBlocked(),
          new Resync(
              "R1",
              Resync.Kind.HUB_RESTARTED,
              0,
              List.of(new Aim(Resync.CONNECTED_SECONDS, 2), new Aim(Resync.ALL_MB, 0.06))),
          new Resync(
              "R2",
              Resync.Kind.HUB_RESTARTED,
              10_000,
              List.of(new Aim(Resync.CONNECTED_SECONDS, 4))),
          new Resync(
              "R3",
              Resync.Kind.HUB_RESTARTED,
              100_000,
              List.of(new Aim(Resync.CONNECTED_SECONDS, 12))),
          new Resync(
              "R4", Resync.Kind.BACKUP, 50_000, List.of(new Aim(Resync.CONNECTED_SECONDS, 10))),
          new VerifiedHour("R5", Duration.ofSeconds(5)));

  /** Only by name: what takes too long for a run of everything. */
  private static final List<Scenario> ON_DEMAND =
      List.of(new VerifiedHour("R5hour", Duration.ofMinutes(5)));

  /** All whose names begin with R. */
  private static final String RECONCILE = "reconcile";

  private Scenarios() {}

  static List<Scenario> all() {
    return ALL;
  }

  /** Those of these names; all if there are none. */
  static List<Scenario> named(List<String> names) {
    if (names.isEmpty()) {
      return ALL;
    }
    return names.stream()
        .flatMap(name ->
            name.equalsIgnoreCase(RECONCILE)
                ? ALL.stream().filter(scenario -> scenario.name().startsWith("R"))
                : Stream.of(named(name)))
        .toList();
  }

  private static Scenario named(String name) {
    return Stream.concat(ALL.stream(), ON_DEMAND.stream())
        .filter(scenario -> scenario.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "no scenario %s: expected some of %s",
                    name,
                    ALL.stream().map(Scenario::name).collect(Collectors.joining(", ")))));
  }
}
