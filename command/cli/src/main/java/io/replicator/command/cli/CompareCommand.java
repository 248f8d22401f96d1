package io.replicator.command.cli;

import io.replicator.api.KeyPatterns;
import io.replicator.api.SinkException;
import io.replicator.client.sink.cassandra.CassandraCopy;
import io.replicator.client.sink.cassandra.CassandraSinkSettings;
import io.replicator.command.compare.CassandraComparer;
import io.replicator.command.compare.CompareException;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparer;
import io.replicator.command.compare.Comparison;
import io.replicator.redis.RedisAccessException;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisLink;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code replicator compare}: every database of the list, one after the other. */
final class CompareCommand {
  private final Given given;
  private final Secrets secrets;
  private final PrintStream out;
  private final ProgressLine progress;

  CompareCommand(Given given, Secrets secrets, PrintStream out, ProgressLine progress) {
    this.given = given;
    this.secrets = secrets;
    this.out = out;
    this.progress = progress;
  }

  int run() {
    RedisEndpoint source = RedisAccess.endpoint(given, secrets, RedisAccess.SOURCE);
    CassandraAccess cassandra = new CassandraAccess(given, secrets);
    if (cassandra.isGiven()) {
      return report(compareWithCassandra(source, cassandra));
    }
    RedisEndpoint target = RedisAccess.endpoint(given, secrets, RedisAccess.TARGET);
    Map<Integer, Integer> mapping = DatabaseChoice.mapping(given);
    CompareRules rules = rules(given);
    List<Comparison> results = new ArrayList<>();
    try (RedisConnector from = new RedisConnector(source);
        RedisConnector to = new RedisConnector(target)) {
      for (DatabaseChoice choice : DatabaseChoice.of(given)) {
        int there = mapping.getOrDefault(choice.number(), choice.number());
        results.add(compare(from, to, choice.number(), there, rules));
      }
    } catch (RedisAccessException | CompareException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
    return report(results);
  }

  private List<Comparison> compareWithCassandra(RedisEndpoint source, CassandraAccess cassandra) {
    for (Setting setting : List.of(SidesSettings.TARGET_ADDRESS, WhatSettings.PREFIX)) {
      if (given.isSet(setting)) {
        throw new UsageError(
            given.origin(setting) + ": is of no use with --cassandra: take one of the two out");
      }
    }
    CompareRules rules = rules(given);
    CassandraSinkSettings settings = cassandra.settings();
    List<Comparison> results = new ArrayList<>();
    try (RedisConnector from = new RedisConnector(source);
        CassandraCopy to = CassandraCopy.open(cassandra.endpoint(), settings)) {
      for (DatabaseChoice choice : DatabaseChoice.of(given)) {
        results.add(compare(from, to, choice.number(), settings, rules));
      }
    } catch (RedisAccessException | CompareException | SinkException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
    return results;
  }

  private Comparison compare(
      RedisConnector from,
      CassandraCopy to,
      int source,
      CassandraSinkSettings settings,
      CompareRules rules) {
    try (RedisLink here = from.await(from.open(source))) {
      return CassandraComparer.compare(
          new CompareSide("source " + from.endpoint().name(), here.connection(), source),
          to,
          settings.targetDatabase(source),
          rules,
          keys -> progress.show("comparing database " + source + ": " + keys + " keys"));
    } finally {
      progress.clear();
    }
  }

  private int report(List<Comparison> results) {
    CompareReport report = new CompareReport(out);
    if (given.flag(RunningSettings.JSON)) {
      report.json(results);
    } else {
      results.forEach(report::text);
    }
    return results.stream().allMatch(Comparison::equal) ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private Comparison compare(
      RedisConnector from, RedisConnector to, int source, int target, CompareRules rules) {
    try (RedisLink here = from.await(from.open(source));
        RedisLink there = to.await(to.open(target))) {
      return Comparer.compare(
          new CompareSide("source " + from.endpoint().name(), here.connection(), source),
          new CompareSide("target " + to.endpoint().name(), there.connection(), target),
          rules,
          keys -> progress.show("comparing database " + source + ": " + keys + " keys"));
    } finally {
      progress.clear();
    }
  }

  private static CompareRules rules(Given given) {
    return new CompareRules(
        patterns(given),
        given.text(WhatSettings.PREFIX),
        given.time(CheckSettings.EXPIRY_TOLERANCE),
        given.flag(CheckSettings.IGNORE_CHAIN),
        (int) given.number(CheckSettings.EXAMPLES),
        given.time(CheckSettings.WAIT));
  }

  /** {@code --match} and {@code --exclude}. */
  static KeyPatterns patterns(Given given) {
    try {
      return KeyPatterns.of(given.list(WhatSettings.MATCH), given.list(WhatSettings.EXCLUDE));
    } catch (IllegalArgumentException e) {
      throw new UsageError(given.origin(WhatSettings.MATCH) + " / --exclude: " + e.getMessage(), e);
    }
  }
}
