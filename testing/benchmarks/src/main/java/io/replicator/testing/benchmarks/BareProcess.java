package io.replicator.testing.benchmarks;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.replicator.testing.cassandra.CassandraServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The bare loop as a process of its own, which begins with code that is not compiled, as a client
 * does.
 *
 * <pre>
 *   main       port keyspace keys
 *   its output "begun", then seconds, seconds of the second half, processor seconds, those of the
 *              second half, then its threads
 * </pre>
 */
final class BareProcess {
  private static final String BEGUN = "begun";

  /** What a client has, beside the settings of its compilers. */
  private static final List<String> JAVA_OPTIONS =
      List.of(
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private BareProcess() {}

  public static void main(String[] arguments) {
    int keys = Integer.parseInt(arguments[2]);
    try (BareCassandra bare = new BareCassandra(Integer.parseInt(arguments[0]))) {
      PreparedStatement insert = bare.prepared(arguments[1]);
      System.out.println(BEGUN);
      System.out.println(bare.load(insert, keys).line());
      System.out.println(ThreadTimes.of(ProcessHandle.current().pid()).text());
    }
  }

  /** Runs one on the keyspace; its log goes to the folder. */
  static CassandraTurn turn(Path folder, CassandraServer cassandra, String keyspace, int keys) {
    ProcessBuilder builder = new ProcessBuilder(command(cassandra, keyspace, keys));
    builder.redirectError(folder.resolve("bare.log").toFile());
    try {
      Process process = builder.start();
      try (BufferedReader lines = process.inputReader()) {
        return turn(lines, cassandra, keys);
      } finally {
        process.destroy();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CassandraTurn turn(BufferedReader lines, CassandraServer cassandra, int keys)
      throws IOException {
    String first = lines.readLine();
    if (!BEGUN.equals(first)) {
      throw new IllegalStateException("the bare loop says " + first + ", see bare.log");
    }
    double cpu = cassandra.cpuSeconds();
    String took = lines.readLine();
    if (took == null) {
      throw new IllegalStateException("the bare loop ended, see bare.log");
    }
    return CassandraTurn.bareAnew(
        BareCassandra.Took.parse(took),
        keys,
        cassandra.cpuSeconds() - cpu,
        "bare loop, new process: " + lines.readLine());
  }

  private static List<String> command(CassandraServer cassandra, String keyspace, int keys) {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JAVA_OPTIONS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BareProcess.class.getName(),
            Integer.toString(cassandra.port()),
            keyspace,
            Integer.toString(keys)));
    return command;
  }
}
