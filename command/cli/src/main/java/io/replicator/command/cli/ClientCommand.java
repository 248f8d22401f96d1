package io.replicator.command.cli;

import io.replicator.api.Sink;
import io.replicator.client.replica.JsonLines;
import io.replicator.client.replica.Replica;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.sink.redis.RedisSink;
import io.replicator.client.sink.redis.RedisSinkSettings;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code replicator client}: runs until the process is asked to end. */
final class ClientCommand {
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

  /** {@code --print}, or the Redis of {@code --redis} and those of {@code --targets}. */
  List<Sink> targets() {
    if (given.flag(TargetSettings.PRINT)) {
      refuseWithPrint();
      return List.of(JsonLines.to(out));
    }
    RedisSinkSettings settings = sinkSettings();
    List<Sink> targets = new ArrayList<>();
    targets.add(new RedisSink(RedisAccess.endpoint(given, secrets, RedisAccess.REDIS), settings));
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
    for (Setting setting :
        List.of(
            RedisSettings.REDIS_ADDRESS,
            TargetSettings.TARGETS,
            TargetSettings.FLUSH,
            TargetSettings.LOCAL_VERSIONS,
            WhatSettings.PREFIX,
            WhatSettings.MAP_DB)) {
      if (given.isSet(setting)) {
        throw new UsageError(
            given.origin(setting)
                + ": is of no use with --print, which writes to no Redis: take one"
                + " of the two out");
      }
    }
  }

  private RedisSinkSettings sinkSettings() {
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
