package io.replicator.command.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a hub or client running until SIGTERM or Ctrl-C, then closes it and ends with 0. */
final class Running {
  private static final Logger LOG = LoggerFactory.getLogger(Running.class);

  private Running() {}

  /** What runs; closed once. */
  @FunctionalInterface
  interface Starter<T extends AutoCloseable> {
    T start() throws Exception;
  }

  static int untilSignal(Starter<? extends AutoCloseable> starter) {
    return untilSignal(starter, new CompletableFuture<>());
  }

  /**
   * The same for what may give up by itself.
   *
   * @param gaveUp completes when it has, and has said why: the process then ends with 2, so that
   *     whoever started it notices
   */
  static int untilSignal(
      Starter<? extends AutoCloseable> starter, CompletableFuture<String> gaveUp) {
    AutoCloseable running = start(starter);
    Thread hook =
        new Thread(
            () -> {
              int code = close(running);
              // The process ends with the signal's number (143) otherwise, which reads as a
              // failure.
              Runtime.getRuntime().halt(code);
            },
            "replicator-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      gaveUp.get();
      Runtime.getRuntime().removeShutdownHook(hook);
      close(running);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | IllegalStateException e) {
      LOG.atDebug().setCause(e).log("ending already");
    }
    return ExitCode.COULD_NOT;
  }

  private static AutoCloseable start(Starter<? extends AutoCloseable> starter) {
    try {
      return starter.start();
    } catch (UsageError e) {
      throw e;
    } catch (Exception e) {
      LOG.atDebug().setCause(e).log("could not start");
      throw new UsageError("could not start: " + words(e), e);
    }
  }

  private static int close(AutoCloseable running) {
    try {
      running.close();
      return ExitCode.OK;
    } catch (Exception e) {
      LOG.atError().setCause(e).log("did not end cleanly");
      return ExitCode.COULD_NOT;
    }
  }

  /** The exception's own words; its class where it has none. */
  static String words(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.toString() : message;
  }
}
