package io.replicator.testing.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds at one moment.
 *
 * @param heapMegabytes used after a collection
 * @param residentMegabytes as the kernel counts
 */
record SoakSample(double heapMegabytes, double residentMegabytes, long openFiles, long threads) {
  private static final Pattern HEAP = Pattern.compile("total[^\\n]*, used (\\d+)K");

  /** Makes the process collect, and looks. */
  static SoakSample of(long pid) throws InterruptedException {
    jcmd(pid, "GC.run");
    Matcher used = HEAP.matcher(jcmd(pid, "GC.heap_info"));
    double heap = 0;
    while (used.find()) {
      heap += Double.parseDouble(used.group(1)) * 1024 / 1e6;
    }
    Path proc = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      String status = Files.readString(proc.resolve("status"));
      return new SoakSample(
          heap,
          number(status, "VmRSS") * 1024 / 1e6,
          files.count(),
          (long) number(status, "Threads"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double number(String status, String name) {
    Matcher line = Pattern.compile("^" + name + ":\\s*(\\d+)", Pattern.MULTILINE).matcher(status);
    if (!line.find()) {
      throw new IllegalStateException("no " + name + " in " + status);
    }
    return Double.parseDouble(line.group(1));
  }

  private static String jcmd(long pid, String command) throws InterruptedException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(tool.toString(), Long.toString(pid), command)
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("jcmd " + pid + " " + command + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
