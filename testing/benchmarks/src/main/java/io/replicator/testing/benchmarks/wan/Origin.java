package io.replicator.testing.benchmarks.wan;

import io.replicator.command.redis.RedisBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where figures come from: of which program, and on what machine they were measured.
 *
 * @param commit of the checkout, with "+changes" if it was not all committed; "unknown" = no git
 * @param machine system, processors, memory, versions of Java and Redis; no name of a host
 */
record Origin(String commit, String machine) {
  private static final Pattern VERSION = Pattern.compile("v=([0-9.]+)");
  private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+([0-9]+) kB");

  /** Asks git and the machine. */
  static Origin of(Path root) {
    return new Origin(commitOf(root), machineHere());
  }

  private static String commitOf(Path root) {
    String commit = said(List.of("git", "-C", root.toString(), "rev-parse", "--short", "HEAD"));
    if (commit.isEmpty()) {
      return "unknown";
    }
    List<String> status =
        List.of("git", "-C", root.toString(), "status", "--porcelain", "--untracked-files=no");
    return said(status).isEmpty() ? commit : commit + "+changes";
  }

  private static String machineHere() {
    Matcher redis = VERSION.matcher(said(List.of(RedisBinary.path().toString(), "--version")));
    return String.format(
        Locale.ROOT,
        "%s %s %s, %d processors, %s, Java %s, Redis %s",
        System.getProperty("os.name"),
        System.getProperty("os.version").replaceFirst("-.*", ""),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        memory(),
        Runtime.version(),
        redis.find() ? redis.group(1) : "unknown");
  }

  private static String memory() {
    try {
      Matcher total = TOTAL.matcher(Files.readString(Path.of("/proc/meminfo")));
      if (total.find()) {
        double gigabytes = Long.parseLong(total.group(1)) * 1024 / 1e9;
        return String.format(Locale.ROOT, "%.0f GB of memory", gigabytes);
      }
    } catch (IOException e) {
      return "memory unknown"; // no such file but on Linux
    }
    return "memory unknown";
  }

  /** What a program prints, "" = it could not be asked. */
  private static String said(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
