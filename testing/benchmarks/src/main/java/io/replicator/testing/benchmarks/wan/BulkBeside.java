package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * More updates than a link carries, and one TCP connection of somebody else that sends as much as
 * it can beside them: how much of the link is left to it?
 */
record BulkBeside() implements Scenario {
  private static final int PER_SECOND = 10_000;

  /** So few that datagrams carry them: what waits is merged. */
  private static final int KEYS = 3_000;

  private static final int VALUE_BYTES = 200;
  private static final int BULK_PORT = 5201;
  private static final int MBIT = 10;
  private static final Duration FULL = Duration.ofSeconds(60);
  private static final Duration LEAST = Duration.ofSeconds(10);
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final Link LINK = new Link(MBIT + "mbit", 50, 0);
  private static final String REST = "not bulk %";

  @Override
  public String name() {
    return "udpbulk";
  }

  @Override
  public String title(Bench bench) {
    return String.format(
        Locale.ROOT,
        "%,d updates/s of %d B beside a bulk TCP connection, %d s",
        PER_SECOND,
        VALUE_BYTES,
        bench.scaled(FULL, LEAST).toSeconds());
  }

  @Override
  public String link() {
    return LINK.toString();
  }

  /**
   * The bulk has the congestion control of the namespaces: with datagrams beside it each of both.
   */
  @Override
  public List<Contender> ours() {
    List<Contender> all = new ArrayList<>(LossyUpdates.contenders());
    Contender datagrams = all.removeLast();
    for (String bulk : List.of("cubic", "bbr")) {
      Contender one = datagrams.withCongestionControl(bulk);
      all.add(one.with(datagrams.name() + ", the bulk by " + bulk, List.of(), List.of()));
    }
    return all;
  }

  @Override
  public List<Aim> aims() {
    return List.of(new Aim(REST, 66.7));
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    Result result = new Result(name(), contender);
    try (Site site = Site.open(bench, LINK, contender)) {
      Copy copy = site.prepare();
      copy.begin();
      Path log = site.folder().resolve("bulk-receive.log");
      site.started(flow(bench, site, Side.TARGET, "receive", log));
      Waiting.require(Duration.ofSeconds(20), "the bulk listens", () -> !lines(log).isEmpty());
      try (Updates updates = new Updates(site.source().client())) {
        Waiting.pause(SETTLE);
        site.started(
            flow(bench, site, Side.SOURCE, "send", site.folder().resolve("bulk-send.log")));
        Waiting.pause(SETTLE);
        LinkCounters carried = site.lab().counters();
        long before = bytes(log);
        long begun = System.nanoTime();
        Waiting.pause(bench.scaled(FULL, LEAST));
        double seconds = Waiting.seconds(begun, System.nanoTime());
        double bulk = (bytes(log) - before) * 8 / seconds / (MBIT * 1e6) * 100;
        long down = site.lab().counters().minus(carried).downBytes();
        copy.check();
        result.put("bulk %", bulk);
        result.put("link %", down * 8 / seconds / (MBIT * 1e6) * 100);
        result.put(REST, 100 - bulk);
        result.put("updates/s written", updates.written / (seconds + 2 * SETTLE.toSeconds()));
        if (copy instanceof Copy.Replicator replicator) {
          result.put("datagrams_sent", replicator.hubNumber("datagrams_sent"));
          result.put("datagrams_lost", replicator.hubNumber("datagrams_lost"));
        }
      }
    }
    return result;
  }

  private static Child flow(Bench bench, Site site, Side side, String what, Path log) {
    List<String> command = new ArrayList<>(bench.javaCommand("-Xmx64m", "-XX:+UseSerialGC"));
    command.addAll(List.of(BulkFlow.class.getName(), what, Side.TARGET.address()));
    command.add(Integer.toString(BULK_PORT));
    return new Child("bulk " + what, log, site.lab().start(side, log, Map.of(), command));
  }

  private static long bytes(Path log) {
    String last = lines(log).getLast();
    return last.startsWith("bytes ") ? Long.parseLong(last.substring(6)) : 0;
  }

  /** Complete lines only. */
  private static List<String> lines(Path log) {
    try {
      String text = Files.exists(log) ? Files.readString(log) : "";
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes until it is closed, on a thread of its own. */
  private static final class Updates implements AutoCloseable {
    private final RespClient source;
    private final Thread thread = Thread.ofPlatform().daemon().name("updates").unstarted(this::run);
    private volatile boolean stopped; // set by close
    private volatile long written; // of the thread

    Updates(RespClient source) {
      this.source = source;
      thread.start();
    }

    private void run() {
      Random random = new Random(7);
      byte[] value = new byte[VALUE_BYTES];
      long begun = System.nanoTime();
      for (long tick = 1; !stopped; tick++) {
        for (int i = 0; i < PER_SECOND / 100; i++) {
          random.nextBytes(value);
          String key = "u:" + random.nextInt(KEYS);
          source.add(Data.bytes("SET"), key.getBytes(StandardCharsets.US_ASCII), value);
        }
        source.flush();
        for (int i = 0; i < PER_SECOND / 100; i++) {
          source.reply();
        }
        written = tick * (PER_SECOND / 100);
        Waiting.untilNanos(begun + tick * 10_000_000L);
      }
    }

    @Override
    public void close() {
      stopped = true;
      try {
        thread.join(Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      source.close();
    }
  }
}
