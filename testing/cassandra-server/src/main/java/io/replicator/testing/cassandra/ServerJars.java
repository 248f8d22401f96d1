package io.replicator.testing.cassandra;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The jars of the server, which Maven has put beside this module's classes. */
final class ServerJars {
  private ServerJars() {}

  /** As a class path. */
  static String classPath() {
    Path folder = target().resolve("server");
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException(
          "no jars in " + folder + ": build testing/cassandra-server with Maven");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .map(Path::toString)
          .sorted()
          .collect(Collectors.joining(File.pathSeparator));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The module's target folder, whether it is used as classes, as a jar or as a copy of the jar.
   */
  private static Path target() {
    String named = System.getProperty("replicator.cassandra.target", "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    try {
      Path code =
          Path.of(ServerJars.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Objects.requireNonNull(code.toAbsolutePath().getParent());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
