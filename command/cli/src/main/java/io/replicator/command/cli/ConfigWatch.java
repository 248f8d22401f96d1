package io.replicator.command.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether the file of {@code --config} is another one, and reads it when it has
 * stood still from one look to the next: it may be read while it is being written. A file that
 * cannot be used is said to be so and changes nothing.
 */
final class ConfigWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
  private static final long LOOK_SECONDS = 1;

  private final Path file;
  private final Consumer<Given> changed;
  private Given given; // the watching thread's
  private @Nullable Stamp used; // the watching thread's
  private @Nullable Stamp seen; // the watching thread's
  private @Nullable ScheduledExecutorService thread; // set once, by start

  /** What tells one state of a file from another. */
  private record Stamp(FileTime modified, long size, @Nullable Object fileKey) {}

  /**
   * @param changed gets what is given from now on, on the watching thread
   */
  ConfigWatch(Given given, Path file, Consumer<Given> changed) {
    this.given = given;
    this.file = file;
    this.changed = changed;
    this.used = stamp();
    this.seen = used;
  }

  /** Looks from now on by itself. */
  ConfigWatch start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("config-watch").factory());
    var _ =
        started.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    thread = started;
    return this;
  }

  void look() {
    try {
      Stamp now = stamp();
      Stamp before = seen;
      seen = now;
      if (now != null && now.equals(before) && !now.equals(used)) {
        used = now;
        read();
      }
    } catch (RuntimeException e) { // else it would never look again
      LOG.atError().addKeyValue("file", file).setCause(e).log("settings were not changed");
    }
  }

  private void read() {
    Given fresh;
    try {
      fresh = given.readAgain();
      changed.accept(fresh);
    } catch (UsageError e) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("reason", e.getMessage())
          .log("settings were not changed: the file cannot be used as it is now");
      return;
    }
    given = fresh;
  }

  private @Nullable Stamp stamp() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    } catch (IOException e) {
      return null; // is being replaced
    }
  }

  @Override
  public void close() {
    ScheduledExecutorService started = thread;
    if (started != null) {
      started.shutdownNow();
    }
  }
}
