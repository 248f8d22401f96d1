package io.replicator.command.cli;

import io.replicator.api.Holdings;
import io.replicator.client.replica.CheckResult;
import io.replicator.client.replica.CopyCheck;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.sink.cassandra.CassandraHoldings;
import io.replicator.client.sink.redis.RedisCopy;
import io.replicator.client.sink.redis.RedisSinkSettings;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** {@code replicator verify}: every feed of a client's targets against a running hub. */
final class VerifyCommand {
  private final Given given;
  private final Secrets secrets;
  private final PrintStream out;
  private final ProgressLine progress;

  VerifyCommand(Given given, Secrets secrets, PrintStream out, ProgressLine progress) {
    this.given = given;
    this.secrets = secrets;
    this.out = out;
    this.progress = progress;
  }

  int run() {
    ReplicaSettings settings = new ClientMapping(given, secrets).settings();
    List<Holdings> targets = targets();
    progress.show("comparing with the hub");
    List<CheckResult> results;
    try {
      results =
          CopyCheck.run(
              settings, targets, given.time(CheckSettings.WAIT), given.time(CheckSettings.TIMEOUT));
    } finally {
      progress.clear();
    }
    if (given.flag(RunningSettings.JSON)) {
      out.println(results.stream().map(this::json).collect(Collectors.joining(",\n ", "[", "]")));
    } else {
      results.forEach(result -> text(result, targets.size() > 1));
    }
    return exitCode(results);
  }

  static int exitCode(List<CheckResult> results) {
    if (results.stream().anyMatch(result -> !result.couldNot().isEmpty())) {
      return ExitCode.COULD_NOT;
    }
    return results.stream().allMatch(CheckResult::isEqual) ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  /** Those of the client with these settings. */
  private List<Holdings> targets() {
    List<Holdings> targets = new ArrayList<>();
    CassandraAccess cassandra = new CassandraAccess(given, secrets);
    boolean withCassandra = cassandra.isGiven();
    if (withCassandra) {
      targets.add(new CassandraHoldings(cassandra.endpoint(), cassandra.settings()));
    }
    RedisSinkSettings settings = ClientCommand.sinkSettings(given);
    if (!withCassandra || given.isSet(RedisSettings.REDIS_ADDRESS)) {
      targets.add(new RedisCopy(RedisAccess.endpoint(given, secrets, RedisAccess.REDIS), settings));
    }
    for (String address : given.list(TargetSettings.TARGETS)) {
      targets.add(
          new RedisCopy(
              RedisAccess.endpoint(
                  given, secrets, RedisAccess.REDIS, address, TargetSettings.TARGETS),
              settings));
    }
    return targets;
  }

  private void text(CheckResult result, boolean named) {
    String what = "feed " + result.feed().name() + (named ? " at " + result.target() : "");
    if (!result.couldNot().isEmpty()) {
      out.println(what + ": COULD NOT be compared: " + result.couldNot());
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s: %s. %,d keys at the hub, %,d at the target, %.1f s%n",
        what,
        result.isEqual() ? "equal" : String.format(Locale.ROOT, "%,d DIFFER", result.differences()),
        result.hubKeys(),
        result.targetKeys(),
        result.millis() / 1000.0);
    if (!result.isEqual()) {
      out.printf(
          Locale.ROOT,
          "  missing or of another value %,d, only at the target %,d%n",
          result.lacking(),
          result.strays());
      result.keys().stream()
          .limit(given.number(CheckSettings.EXAMPLES))
          .forEach(key -> out.println("    " + key));
    }
  }

  private String json(CheckResult result) {
    String keys =
        result.keys().stream()
            .limit(given.number(CheckSettings.EXAMPLES))
            .map(Json::text)
            .collect(Collectors.joining(",", "[", "]"));
    return ("{\"feed\":%s,\"database\":%d,\"target\":%s,\"equal\":%b,\"couldNot\":%s,"
            + "\"hubKeys\":%d,\"targetKeys\":%d,\"lacking\":%d,\"strays\":%d,\"keys\":%s,"
            + "\"rounds\":%d,\"millis\":%d}")
        .formatted(
            Json.text(result.feed().name()),
            result.feed().database(),
            Json.text(result.target()),
            result.isEqual(),
            Json.text(result.couldNot()),
            result.hubKeys(),
            result.targetKeys(),
            result.lacking(),
            result.strays(),
            keys,
            result.rounds(),
            result.millis());
  }
}
