package io.replicator.command.cli;

import io.replicator.api.Sink;
import io.replicator.client.replica.JsonLines;
import io.replicator.client.replica.Replica;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.sink.cassandra.CassandraSink;
import io.replicator.client.sink.redis.RedisSink;
import io.replicator.client.sink.redis.RedisSinkSettings;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code replicator client}: runs until the process is asked to end. */
final class ClientCommand {
  /** What only a Redis target does. */
  private static final List<Setting> FOR_REDIS =
      List.of(TargetSettings.FLUSH, TargetSettings.LOCAL_VERSIONS, WhatSettings.PREFIX);

  private final Given given;
  private final Secrets secrets;
  private final PrintStream out;
  private final ProgressLine progress;

  ClientCommand(Given given, Secrets secrets, PrintStream out, ProgressLine progress) {
    this.given = given;
    this.secrets = secrets;
    this.out = out;
    this.progress = progress;
  }

  int run() {
    ReplicaSettings settings = new ClientMapping(given, secrets).settings();
    List<Sink> targets = targets();
    CompletableFuture<String> gaveUp = new CompletableFuture<>();
    return Running.untilSignal(
        () -> {
          Replica replica = Replica.start(settings, targets);
          var _ = replica.gaveUp().thenAccept(gaveUp::complete);
          return new LoadProgress(replica, progress);
        },
        gaveUp);
  }

  /**
   * {@code --print}, or the Cassandra of {@code --cassandra}, the Redis of {@code --redis} and
   * those of {@code --targets}. With a Cassandra there is a Redis only where one is named.
   */
  List<Sink> targets() {
    if (given.flag(TargetSettings.PRINT)) {
      refuseWithPrint();
      return List.of(JsonLines.to(out));
    }
    List<Sink> targets = new ArrayList<>();
    CassandraAccess cassandra = new CassandraAccess(given, secrets);
    boolean withCassandra = cassandra.isGiven();
    boolean withRedis =
        !withCassandra
            || given.isSet(RedisSettings.REDIS_ADDRESS)
            || given.isSet(TargetSettings.TARGETS);
    if (withCassandra) {
      if (!withRedis) {
        refuse("without a --redis target", FOR_REDIS);
      }
      targets.add(new CassandraSink(cassandra.endpoint(), cassandra.settings()));
    }
    if (withRedis) {
      targets.addAll(redisTargets(withCassandra));
    }
    return targets;
  }

  private List<Sink> redisTargets(boolean onlyNamed) {
    RedisSinkSettings settings = sinkSettings(given);
    List<Sink> targets = new ArrayList<>();
    if (!onlyNamed || given.isSet(RedisSettings.REDIS_ADDRESS)) {
      targets.add(new RedisSink(RedisAccess.endpoint(given, secrets, RedisAccess.REDIS), settings));
    }
    for (String address : given.list(TargetSettings.TARGETS)) {
      targets.add(
          new RedisSink(
              RedisAccess.endpoint(
                  given, secrets, RedisAccess.REDIS, address, TargetSettings.TARGETS),
              settings));
    }
    return targets;
  }

  private void refuseWithPrint() {
    refuse("with --print, which writes to no Redis", FOR_REDIS);
    refuse(
        "with --print, which writes to no Redis",
        List.of(RedisSettings.REDIS_ADDRESS, TargetSettings.TARGETS, WhatSettings.MAP_DB));
    refuse("with --print, which writes to no Cassandra", List.of(CassandraSettings.NODES));
  }

  private void refuse(String where, List<Setting> settings) {
    for (Setting setting : settings) {
      if (given.isSet(setting)) {
        throw new UsageError(
            given.origin(setting) + ": is of no use " + where + ": take one of the two out");
      }
    }
  }

  static RedisSinkSettings sinkSettings(Given given) {
    try {
      return RedisSinkSettings.DEFAULTS
          .withDatabases(DatabaseChoice.mapping(given))
          .withPrefix(given.text(WhatSettings.PREFIX))
          .withFlush(given.flag(TargetSettings.FLUSH))
          .withLocalVersions(
              given.flag(TargetSettings.LOCAL_VERSIONS),
              given.time(TargetSettings.LOCAL_VERSIONS_EXPIRY));
    } catch (IllegalArgumentException e) {
      throw new UsageError("client: " + Running.words(e), e);
    }
  }
}
