package io.replicator.command.cli;

import io.lettuce.core.api.sync.RedisCommands;
import io.replicator.api.KeyPatterns;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparer;
import io.replicator.command.compare.Comparison;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisLink;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code replicator demo}: the whole thing on one machine. Loads keys, starts a hub and a client as
 * processes, waits for the copy, changes keys for some seconds, then compares; ends with 0 only if
 * the copy is right.
 */
final class Demo {
  private static final byte[] PROBE = "demo:probe".getBytes(StandardCharsets.US_ASCII);
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration QUIET_LIMIT = Duration.ofSeconds(60);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int CHANGES_PER_SECOND = 5_000;

  /** Of these changes one in so many is a quote of the example page. */
  private static final int QUOTES_PART = 10;

  private static final int KEPT_QUOTES_PER_SECOND = 500;
  private static final long SEED = 20_261_122;

  private final Given given;
  private final int keys;
  private final long seconds;
  private final boolean keep;
  private final PrintStream out;
  private final ProgressLine progress;

  Demo(Given given, PrintStream out, ProgressLine progress) {
    this.given = given;
    this.keep = given.flag(RunningSettings.KEEP);
    this.keys = (int) given.number(RunningSettings.KEYS);
    this.seconds = given.number(RunningSettings.SECONDS);
    this.out = out;
    this.progress = progress;
  }

  int run() {
    try (DemoStage stage = new DemoStage(given, given.text(WebSettings.WEB));
        RedisConnector sources = new RedisConnector(RedisEndpoint.parse(stage.source.address()));
        RedisConnector targets = new RedisConnector(RedisEndpoint.parse(stage.target.address()));
        RedisLink source = sources.await(sources.open(0));
        RedisLink target = targets.await(targets.open(0))) {
      return run(stage, source, target);
    } finally {
      progress.clear();
    }
  }

  private int run(DemoStage stage, RedisLink source, RedisLink target) {
    say("source Redis %s, target Redis %s", stage.source.address(), stage.target.address());
    DemoData data = new DemoData(source.connection().async(), keys, SEED);
    DemoQuotes quotes = new DemoQuotes(source.connection().async(), data::sent, SEED);
    load(data, quotes);
    ChildProcess hub = stage.startHub();
    ChildProcess client = stage.startClient();
    say("hub      %s, look at http://%s/status and /metrics", stage.hub, stage.hubHttp);
    say("client   http://%s/status", stage.clientHttp);
    say("page     http://%s/", stage.web);
    say("example  http://%s/example/quotes.html", stage.web);
    try {
      copy(stage, target, hub, client);
      change(data, quotes, source, target, hub, client);
      awaitQuiet(source, target, hub, client);
      figures(stage);
    } catch (RuntimeException e) {
      progress.clear();
      if (stage.isClosed()) {
        throw new UsageError("interrupted", e);
      }
      say("hub said last:%n%s%nclient said last:%n%s", hub.lastLines(), client.lastLines());
      throw e;
    }
    int exitCode = compare(stage, source, target);
    if (keep && exitCode == ExitCode.OK) {
      try {
        keepMoving(stage, data, quotes, hub, client);
      } catch (RuntimeException e) {
        if (!stage.isClosed()) {
          throw e;
        }
      }
    }
    return exitCode;
  }

  /** Until somebody ends the demo. */
  private void keepMoving(
      DemoStage stage, DemoData data, DemoQuotes quotes, ChildProcess hub, ChildProcess client) {
    say("quotes move on until Ctrl-C: look at the page");
    long begun = System.nanoTime();
    long moved = 0;
    while (!stage.isClosed()) {
      hub.requireAlive();
      client.requireAlive();
      long due = (long) (since(begun) * KEPT_QUOTES_PER_SECOND) - moved;
      quotes.move((int) due);
      data.flush();
      moved += due;
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private void load(DemoData data, DemoQuotes quotes) {
    long begun = System.nanoTime();
    quotes.load();
    for (int i = 0; i < keys; i++) {
      data.load(i);
      if (i % 1000 == 0) {
        progress.show(bar("writing", i, begun));
      }
    }
    data.flush();
    progress.clear();
    say(
        "source   holds %,d keys of every type and %,d quotes, written in %.1f s",
        keys, DemoQuotes.COUNT, since(begun));
  }

  /** The initial load, from the start of both processes on. */
  private void copy(DemoStage stage, RedisLink target, ChildProcess hub, ChildProcess client) {
    RedisCommands<byte[], byte[]> to = target.connection().sync();
    long begun = System.nanoTime();
    long first = 0;
    long there = 0;
    while (there < keys + DemoQuotes.COUNT || !isReady(stage.clientHttp)) {
      requireAlive(hub, client, begun, LIMIT, "the initial load is not complete");
      there = to.dbsize();
      if (there > 0 && first == 0) {
        first = System.nanoTime();
      }
      progress.show(bar("copying", there, begun));
      LockSupport.parkNanos(STEP_NANOS);
    }
    progress.clear();
    double took = since(first == 0 ? begun : first);
    say(
        "copy     complete %.1f s after both processes were started; %.1f s of it loading: %,.0f keys/s",
        since(begun), took, keys / Math.max(0.001, took));
  }

  private static boolean isReady(HostAddress address) {
    try (StatusClient http = new StatusClient()) {
      return http.isReady(address);
    } catch (IOException e) {
      // Not up yet; whether it is still alive is looked at elsewhere.
      return false;
    }
  }

  private void change(
      DemoData data,
      DemoQuotes quotes,
      RedisLink source,
      RedisLink target,
      ChildProcess hub,
      ChildProcess client) {
    DemoLag lag = new DemoLag(source.connection().async(), target.connection().async(), PROBE);
    long begun = System.nanoTime();
    long end = begun + TimeUnit.SECONDS.toNanos(seconds);
    long changes = 0;
    while (System.nanoTime() - end < 0) {
      requireAlive(hub, client, begun, LIMIT.plusSeconds(seconds), "keys are being changed");
      long due = (long) (since(begun) * CHANGES_PER_SECOND) - changes;
      for (long i = 0; i < due; i++) {
        if (i % QUOTES_PART == 0) {
          quotes.move(1);
        } else {
          data.change();
        }
      }
      data.flush();
      changes += Math.max(0, due);
      lag.step(System.nanoTime());
      progress.show(String.format(Locale.ROOT, "changing: %,d changes", changes));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    progress.clear();
    say(
        "changes  %,d in %d s (%,.0f/s), lag %s",
        changes, seconds, changes / Math.max(0.001, since(begun)), lag.text());
  }

  /** What is written last has arrived. */
  private void awaitQuiet(
      RedisLink source, RedisLink target, ChildProcess hub, ChildProcess client) {
    byte[] end = Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
    source.connection().sync().set(PROBE, end);
    long begun = System.nanoTime();
    while (!Arrays.equals(end, target.connection().sync().get(PROBE))) {
      requireAlive(hub, client, begun, QUIET_LIMIT, "the last change has not arrived");
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private void figures(DemoStage stage) {
    try (StatusClient http = new StatusClient()) {
      Object status = StatusClient.parse(http.get(stage.hubHttp, "/status"));
      double raw = StatusClient.sum(status, "rawBytes");
      double merged = StatusClient.sum(status, "mergedBytes");
      double compressed = StatusClient.sum(status, "compressedBytes");
      double wire = StatusClient.sum(status, "wireBytes");
      say(
          "bytes    all changes %s -> merged %s -> compressed %s -> on the wire %s (%.0f %%)",
          Units.roughSize(raw),
          Units.roughSize(merged),
          Units.roughSize(compressed),
          Units.roughSize(wire),
          raw > 0 ? 100 * wire / raw : 0);
    } catch (IOException e) {
      throw new UsageError("the hub's status cannot be read: " + StatusClient.reason(e), e);
    }
  }

  private int compare(DemoStage stage, RedisLink source, RedisLink target) {
    CompareRules rules =
        new CompareRules(
            KeyPatterns.ALL, "", Duration.ofSeconds(1), false, 10, Duration.ofSeconds(20));
    Comparison found =
        Comparer.compare(
            new CompareSide("source " + stage.source.address(), source.connection(), 0),
            new CompareSide("target " + stage.target.address(), target.connection(), 0),
            rules);
    new CompareReport(out).text(found);
    say(found.equal() ? "the copy is right" : "THE COPY IS NOT RIGHT");
    return found.equal() ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private static void requireAlive(
      ChildProcess hub, ChildProcess client, long begun, Duration limit, String what) {
    hub.requireAlive();
    client.requireAlive();
    if (System.nanoTime() - begun > limit.toNanos()) {
      throw new UsageError(what + " after " + Units.time(limit));
    }
  }

  private String bar(String what, long done, long begunNanos) {
    double perSecond = done / Math.max(0.001, since(begunNanos));
    long left = perSecond < 1 ? 0 : (long) ((keys - done) / perSecond);
    return ProgressLine.bar(what, done, keys, perSecond, Duration.ofSeconds(left));
  }

  private void say(String format, Object... arguments) {
    progress.clear();
    out.printf(Locale.ROOT, format + "%n", arguments);
    out.flush();
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
