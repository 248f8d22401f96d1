package io.replicator.testing.cassandra;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the Java 17 that Cassandra 5.0 needs: it does not start on a Java without SecurityManager.
 */
final class ServerJava {
  private static final List<String> FOLDERS =
      List.of(
          "/usr/lib/jvm",
          System.getProperty("user.home") + "/.sdkman/candidates/java",
          System.getProperty("user.home") + "/.jdks",
          "/opt/java",
          "/Library/Java/JavaVirtualMachines");

  private ServerJava() {}

  /** The program {@code java} of a Java 17. */
  static Path program() {
    for (Path home : candidates()) {
      Path program = home.resolve("bin/java");
      if (Files.isExecutable(program) && isSeventeen(home)) {
        return program;
      }
    }
    throw new IllegalStateException(
        "no Java 17 found for Cassandra (REPLICATOR_JAVA17, "
            + String.join(", ", FOLDERS)
            + "): install one (Debian: apt-get install openjdk-17-jre-headless) or set"
            + " REPLICATOR_JAVA17 to its home");
  }

  private static List<Path> candidates() {
    List<Path> homes = new ArrayList<>();
    String named = System.getenv("REPLICATOR_JAVA17");
    if (named != null && !named.isBlank()) {
      homes.add(Path.of(named));
    }
    for (String folder : FOLDERS) {
      if (Files.isDirectory(Path.of(folder))) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(folder), "*17*")) {
          for (Path home : found) {
            homes.add(home);
            homes.add(home.resolve("Contents/Home"));
          }
        } catch (IOException e) {
          // A folder that cannot be read holds no Java for us.
        }
      }
    }
    return homes;
  }

  private static boolean isSeventeen(Path home) {
    try {
      return Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"17");
    } catch (IOException e) {
      return false;
    }
  }
}
