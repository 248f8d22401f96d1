package io.replicator.client.sink.redis;

import static io.replicator.api.SinkException.Category.BROKEN;
import static io.replicator.api.SinkException.Category.REFUSED;
import static io.replicator.api.SinkException.Category.UNAVAILABLE;

import io.replicator.api.Lane;
import io.replicator.api.SinkException;
import io.replicator.redis.RedisAccessException;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisLink;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Opens connections to the target and checks, before anything is written, that it would take what
 * comes: each command that will be used is queued in a transaction that is then discarded. So a
 * missing permission, a read-only replica, full memory or a failing disk is found at once.
 */
final class TargetOpener implements AutoCloseable {
  private final RedisConnector connector;
  private final RedisSinkSettings settings;
  private final InstantSource clock;

  TargetOpener(RedisConnector connector, RedisSinkSettings settings, InstantSource clock) {
    this.connector = connector;
    this.settings = settings;
    this.clock = clock;
  }

  String name() {
    return "redis " + connector.endpoint().name();
  }

  RedisConnector connector() {
    return connector;
  }

  CompletableFuture<OpenTarget> open(int database, Names names) {
    return connector
        .open(database)
        .toCompletableFuture()
        .handle((link, failure) -> {
          if (failure != null) {
            throw refusal(database, failure);
          }
          return link;
        })
        .thenCompose(link -> check(link, names));
  }

  @Override
  public void close() {
    connector.close();
  }

  private CompletableFuture<OpenTarget> check(RedisLink link, Names names) {
    Target target = new Target("redis " + link.address(), settings, link.connection());
    Features features = Features.of(link);
    return target
        .rehearse(rehearsal(features, names))
        .thenCompose(done -> target.send(Command.of(Word.TIME, List.of())))
        .thenApply(time -> new OpenTarget(target, features, clock, offset(time)))
        .whenComplete((opened, failure) -> {
          if (failure != null) {
            target.close();
          }
        });
  }

  private List<Command> rehearsal(Features features, Names names) {
    byte[] key = names.part(Lane.LIVE, Names.ascii("rehearsal"));
    byte[] one = Names.ascii(1);
    List<Command> commands = new ArrayList<>();
    commands.add(Command.of(Word.UNLINK, key));
    commands.add(Command.of(Word.DEL, names.cursor()));
    commands.add(Command.of(Word.HGETALL, names.cursor()));
    commands.add(Command.of(Word.HDEL, names.cursor(), one));
    commands.add(Command.of(Word.EXISTS, key));
    commands.add(Command.of(Word.MSET, key, one));
    commands.add(Command.of(Word.SET, key, one));
    commands.add(Command.of(Word.APPEND, key, one));
    commands.add(Command.of(Word.HSET, key, one, one));
    commands.add(Command.of(Word.RPUSH, key, one));
    commands.add(Command.of(Word.SADD, key, one));
    commands.add(Command.of(Word.ZADD, key, one, one));
    commands.add(Command.of(Word.XADD, key, Names.ascii("1-1"), one, one));
    commands.add(Command.of(Word.XSETID, key, Names.ascii("1-1")));
    commands.add(Command.of(Word.XGROUP, Names.ascii("DESTROY"), key, one));
    commands.add(Command.of(Word.PEXPIREAT, key, one));
    commands.add(Command.of(Word.RENAME, key, key));
    commands.add(Command.of(Word.DBSIZE, List.of()));
    commands.add(Command.of(Word.SCAN, Names.ascii(0)));
    if (features.fieldExpiry()) {
      commands.add(Command.of(Word.HPEXPIREAT, key, one, Names.ascii("FIELDS"), one, one));
    }
    if (settings.localVersions()) {
      commands.add(Command.of(Word.GET, Names.chainKey()));
      commands.add(Command.of(Word.SET, Names.chainKey(), one));
    }
    if (settings.flush()) {
      commands.add(Command.of(Word.FLUSHDB, List.of()));
    }
    return commands;
  }

  private long offset(Reply time) {
    List<Reply> items = time.items();
    if (items.size() == 2
        && items.get(0) instanceof Reply.Text seconds
        && items.get(1) instanceof Reply.Text micros) {
      long millis =
          Long.parseLong(seconds.string()) * 1000 + Long.parseLong(micros.string()) / 1000;
      return millis - clock.millis();
    }
    throw new SinkException(BROKEN, name() + " answered to TIME with " + time);
  }

  private SinkException refusal(int database, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!(cause instanceof RedisAccessException access)) {
      return Failures.of(name(), failure);
    }
    if (String.valueOf(access.getMessage()).contains("out of range")) {
      return new SinkException(
          REFUSED,
          name()
              + " has no database "
              + database
              + ": raise 'databases' there or map the source database to another one",
          access);
    }
    SinkException.Category category =
        switch (access.category()) {
          case UNREACHABLE, LOADING -> UNAVAILABLE;
          // while a failover goes on, the sentinels name the old master
          case NOT_MASTER -> connector.endpoint().isSentinel() ? UNAVAILABLE : REFUSED;
          case AUTHENTICATION, PERMISSION, TLS -> REFUSED;
          case FAILED -> BROKEN;
        };
    return new SinkException(category, "target: " + access.getMessage(), access);
  }
}
