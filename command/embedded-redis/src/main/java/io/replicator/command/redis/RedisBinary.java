package io.replicator.command.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where a redis-server is: on the PATH if there is one, else the static 7.0 one that the
 * embedded-redis library carries, unpacked into a temporary folder of this process.
 */
public final class RedisBinary {
  private RedisBinary() {}

  /**
   * The path of an executable redis-server (started with {@code --sentinel} it is a sentinel).
   *
   * @throws IllegalStateException if there is none for this machine: says what to install
   */
  public static Path path() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseGet(() -> Carried.PATH);
  }

  /** Unpacked once a process, when first asked for. */
  private static final class Carried {
    static final Path PATH = unpack();

    private static Path unpack() {
      String name = "redis-server-7.0.9-" + os() + "-" + architecture();
      try (InputStream binary = RedisBinary.class.getResourceAsStream("/" + name)) {
        if (binary == null) {
          throw new IllegalStateException(
              "no redis-server on the PATH and none carried for this machine ("
                  + name
                  + "): install Redis, on Debian with 'apt-get install redis-server'");
        }
        Path folder = Files.createTempDirectory("replicator-redis-bin");
        Path path = folder.resolve("redis-server");
        Files.copy(binary, path, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        path.toFile().deleteOnExit();
        folder.toFile().deleteOnExit();
        return path;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String os() {
      String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
      return name.contains("mac") ? "darwin" : name.contains("linux") ? "linux" : name;
    }

    private static String architecture() {
      String arch = System.getProperty("os.arch");
      return arch.equals("aarch64") ? "arm64" : arch.equals("x86_64") ? "amd64" : arch;
    }
  }
}
