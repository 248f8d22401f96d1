package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import io.replicator.testing.testkit.JsonValues;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The history of changes is gone although the target holds nearly everything: the hub (for Redis:
 * its replication identity) is another one, or the target was filled from a backup. The clock runs
 * from the heal, or from the start of the client's process, and for Replicator from the connection
 * as well; then every value is compared.
 *
 * @param kind what has happened
 * @param fullDiffering keys that differ, of a million
 */
record Resync(String name, Kind kind, int fullDiffering, List<Aim> aims) implements Scenario {
  /** What has happened to the history. */
  enum Kind {
    /** The hub was restarted while the link was cut. */
    HUB_RESTARTED,
    /** The target holds what it had yesterday, and no cursor. */
    BACKUP
  }

  static final String CONNECTED_SECONDS = "s from connect";
  static final String ALL_MB = "MB in all";
  private static final SlowedLink LINK = new SlowedLink(50, "10mbit");
  private static final Duration VERIFIED = Duration.ofMinutes(3);
  private static final Duration CUT = Duration.ofSeconds(20);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int PIPELINE = 1000;
  private static final String FORGET =
      "for _,k in ipairs(redis.call('KEYS','__replicator:*')) do redis.call('DEL',k) end";

  @Override
  public String title(Bench bench) {
    String what = kind == Kind.BACKUP ? "target from a backup" : "hub restarted";
    return String.format(
        Locale.ROOT,
        "resync: %s, %,d of %,d keys differ",
        what,
        bench.scaled(fullDiffering),
        bench.keys());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  @Override
  public List<Contender> baselines() {
    return List.of(Contender.nativeRedis());
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name, contender);
    int keys = bench.keys();
    int differing = fullDiffering == 0 ? 0 : bench.scaled(fullDiffering);
    try (Site site = LINK.open(bench, contender)) {
      Data.JSON.load(site.sourceClient(), keys);
      Copy copy = site.prepare();
      LINK.loadThenSlow(site, copy, keys);
      double syncs = site.syncs(copy);
      switch (kind) {
        case HUB_RESTARTED -> loseHistory(site, copy, differing, keys);
        case BACKUP -> fillFromBackup(site, copy, differing, keys);
      }
      boolean newHub = kind == Kind.HUB_RESTARTED && copy instanceof Copy.Replicator;
      double syncsBefore = newHub ? 0 : syncs;
      try (Sampler sampler = new Sampler(site, copy)) {
        if (kind == Kind.BACKUP) {
          copy.begin();
        } else {
          site.lab().heal();
        }
        measure(bench, site, copy, sampler, syncsBefore, result);
      }
      result.put("full loads", site.syncs(copy) - syncsBefore);
      if (!Double.isNaN(result.get(Result.SECONDS))) {
        Targets.requireEqual(site, keys, Duration.ofSeconds(20));
      }
    }
    return result;
  }

  /** The client has verified once and goes on; hub and history are new when the link heals. */
  private static void loseHistory(Site site, Copy copy, int differing, int keys) {
    if (copy instanceof Copy.Replicator replicator) {
      Waiting.require(
          VERIFIED,
          "a verification",
          () -> {
            Waiting.pause(Duration.ofSeconds(1));
            return number(replicator.hubPage(), "verifications") > 0;
          });
    }
    site.lab().cut();
    long healAt = System.nanoTime() + CUT.toNanos();
    change(site.sourceClient(), differing, keys);
    switch (copy) {
      case Copy.Replicator replicator -> replicator.restartHub();
      case Copy.Replication _ -> {
        site.sourceClient().call("DEBUG", "CHANGE-REPL-ID");
        copy.reconnect(site.sourceClient());
      }
    }
    Waiting.untilNanos(healAt);
  }

  private static void fillFromBackup(Site site, Copy copy, int differing, int keys) {
    switch (copy) {
      case Copy.Replicator replicator -> replicator.endClients();
      case Copy.Replication _ -> site.targetClient().call("REPLICAOF", "NO", "ONE");
    }
    change(site.targetClient(), differing, keys);
    site.targetClient().call("EVAL", FORGET, "0");
  }

  private static void change(RespClient redis, int count, int keys) {
    for (int from = 0; from < count; from += PIPELINE) {
      int end = Math.min(count, from + PIPELINE);
      for (int i = from; i < end; i++) {
        int key = (int) ((long) i * keys / count);
        redis.add(Data.bytes("SET"), JsonValues.key(key), Data.changed(key, 7));
      }
      redis.flush();
      for (int i = from; i < end; i++) {
        redis.reply();
      }
    }
  }

  private static void measure(
      Bench bench, Site site, Copy copy, Sampler sampler, double syncsBefore, Result result) {
    double[] connected = {Double.NaN};
    boolean right =
        Waiting.until(
            bench.limit(),
            () -> {
              copy.check();
              Waiting.pause(LOOK);
              return switch (copy) {
                case Copy.Replicator replicator -> {
                  String page = replicator.hubPage();
                  if (Double.isNaN(connected[0]) && page.contains("\"clientId\"")) {
                    connected[0] = sampler.secondsSoFar();
                  }
                  yield page.contains("\"state\":\"live\"")
                      && number(page, "lagVersions") == 0
                      && number(page, "reconciles_done") + number(page, "snapshots") > syncsBefore;
                }
                case Copy.Replication _ ->
                    site.syncs(copy) > syncsBefore
                        && Targets.hasAll(site.targetClient(), bench.keys());
              };
            });
    double seconds = sampler.secondsSoFar();
    sampler.finish(result);
    result.put(ALL_MB, result.get(Result.DOWN_MB) + result.get(Result.UP_MB));
    if (right) {
      result.put(Result.SECONDS, seconds);
      result.put(CONNECTED_SECONDS, seconds - connected[0]);
    } else {
      result.remark("not within " + bench.limit().toSeconds() + " s");
    }
  }

  /** All numbers of this name added up; 0 = there is none. */
  static double number(String page, String name) {
    Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*(-?[0-9.]+)").matcher(page);
    double sum = 0;
    while (found.find()) {
      sum += Double.parseDouble(found.group(1));
    }
    return sum;
  }
}
