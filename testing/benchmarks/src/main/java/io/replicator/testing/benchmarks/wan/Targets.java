package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.time.Duration;

/** What is asked of a target while something copies to it; while it loads it may refuse. */
final class Targets {
  private Targets() {}

  /** How many keys database 0 has, 0 while it loads. */
  static long keys(RespClient target) {
    String reply = ask(target, "DBSIZE");
    return reply.startsWith(RespClient.ERROR) ? 0 : Long.parseLong(reply);
  }

  /** Whether it is busy with a snapshot. */
  static boolean loading(RespClient target) {
    return ask(target, "DBSIZE").startsWith(RespClient.ERROR + "LOADING");
  }

  /** Waits for the first key, or for a snapshot to be read. False if neither came in time. */
  static boolean begins(RespClient target, Copy copy, Duration limit) {
    return Waiting.until(
        limit,
        () -> {
          copy.check();
          return keys(target) > 0 || loading(target);
        });
  }

  /** Whether as many keys are there, and a replica's link is up. */
  static boolean hasAll(RespClient target, int keys) {
    return keys(target) >= keys && isUp(target);
  }

  private static boolean isUp(RespClient target) {
    String info = ask(target, "INFO", "replication");
    return info.contains("role:master") || info.contains("master_link_status:up");
  }

  /** A value, "" = absent or refused. */
  static String value(RespClient target, String key) {
    String reply = ask(target, "GET", key);
    return reply.startsWith(RespClient.ERROR) ? "" : reply;
  }

  /** Compares every key by the servers' own digests of values and types. */
  static void requireEqual(Site site, int keys, Duration limit) {
    int[] different = new int[1];
    boolean equal =
        Waiting.until(
            limit,
            () -> {
              different[0] = Data.differences(site.sourceClient(), site.targetClient(), keys);
              return different[0] == 0;
            });
    if (!equal) {
      throw new IllegalStateException(different[0] + " of " + keys + " keys differ");
    }
  }

  private static String ask(RespClient redis, String... command) {
    byte[][] bytes = new byte[command.length][];
    for (int i = 0; i < command.length; i++) {
      bytes[i] = Data.bytes(command[i]);
    }
    redis.add(bytes);
    redis.flush();
    return redis.replyOrError();
  }
}
