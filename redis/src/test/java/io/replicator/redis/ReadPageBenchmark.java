package io.replicator.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Source.Read;
import io.replicator.command.redis.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * How many small strings a second each way of reading pages carries, against bare MGET in the same
 * run; figures stand in decision 040. Run: {@code main [keys] [value bytes] [page]}.
 */
final class ReadPageBenchmark {
  private static final int IN_FLIGHT = 8;

  private ReadPageBenchmark() {}

  public static void main(String[] args) {
    int keys = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
    int valueBytes = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    int page = args.length > 2 ? Integer.parseInt(args[2]) : 256;
    try (RedisServer server = RedisServer.started();
        RedisConnector connector = new RedisConnector(RedisEndpoint.parse(server.address()));
        RedisLink link = connector.await(connector.open(0));
        RedisLink expiring = connector.await(connector.open(1))) {
      List<List<byte[]>> pages = fill(link, keys, valueBytes, page);
      link.call(CommandType.SELECT, 1L).join();
      fill(link, keys, valueBytes, page);
      link.call(CommandType.SET, "ends", "v", "EX", 1000L).join();
      link.call(CommandType.SELECT, 0L).join();
      PageReader someExpire = new ScriptPages(expiring, null);
      PageReader script = new ScriptPages(link, null);
      PageReader commands = new CommandPages(link, null);
      for (int round = 0; round < 4; round++) {
        measure(
            "MGET, no expiry, no type", link, pages, p -> link.call(CommandType.MGET, p.toArray()));
        measure(
            "script",
            link,
            pages,
            p -> script.read(p, 1 << 20, 1 << 16).thenApply(ReadPageBenchmark::checked));
        measure(
            "script, some keys expire",
            expiring,
            pages,
            p -> someExpire.read(p, 1 << 20, 1 << 16).thenApply(ReadPageBenchmark::checked));
        measure(
            "MULTI",
            link,
            pages,
            p -> commands.read(p, 1 << 20, 1 << 16).thenApply(ReadPageBenchmark::checked));
      }
    }
  }

  private interface Way {
    CompletableFuture<?> read(List<byte[]> page);
  }

  private static io.replicator.api.Source.ReadPage checked(io.replicator.api.Source.ReadPage page) {
    if (!page.entries().stream().allMatch(Read.Present.class::isInstance)) {
      throw new IllegalStateException("not all keys were read");
    }
    return page;
  }

  private static void measure(String name, RedisLink link, List<List<byte[]>> pages, Way way) {
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    double serverBefore = serverSeconds(link);
    long begin = System.nanoTime();
    long count = 0;
    for (List<byte[]> page : pages) {
      inFlight.acquireUninterruptibly();
      count += page.size();
      var _ = way.read(page).whenComplete((done, error) -> inFlight.release());
    }
    inFlight.acquireUninterruptibly(IN_FLIGHT);
    double seconds = (System.nanoTime() - begin) / 1e9;
    double server = serverSeconds(link) - serverBefore;
    System.out.printf(
        "%-26s %,10.0f keys/s   server CPU %.2f us a key%n",
        name, count / seconds, server * 1e6 / count);
  }

  private static double serverSeconds(RedisLink link) {
    String info =
        new String((byte[]) link.call(CommandType.INFO, "cpu").join(), StandardCharsets.UTF_8);
    return Double.parseDouble(ServerInfo.fields(info).get("used_cpu_user"))
        + Double.parseDouble(ServerInfo.fields(info).get("used_cpu_sys"));
  }

  private static List<List<byte[]>> fill(RedisLink link, int keys, int valueBytes, int page) {
    Random random = new Random(1);
    List<List<byte[]>> pages = new ArrayList<>();
    List<byte[]> current = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      byte[] key = String.format("benchmark:key:%012d", i).getBytes(StandardCharsets.US_ASCII);
      byte[] value = new byte[valueBytes];
      random.nextBytes(value);
      CompletableFuture<?> done = link.call(CommandType.SET, key, value);
      current.add(key);
      if (current.size() == page) {
        pages.add(current);
        current = new ArrayList<>();
        done.join();
      }
    }
    return pages;
  }
}
