package io.replicator.command.cli;

import io.replicator.command.redis.FreePort;
import io.replicator.command.redis.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything the demo starts: two Redis servers, a hub and a client, a folder for their logs.
 * Closed in reverse order, also when the demo is interrupted (Ctrl-C).
 */
final class DemoStage implements AutoCloseable {
  // Guarded by this: the interrupting thread closes while the main thread opens.
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Thread hook = new Thread(this::closeAll, "demo-end");
  private boolean closed;

  final Path folder;
  final RedisServer source;
  final RedisServer target;
  final HostAddress hub = new HostAddress("127.0.0.1", FreePort.next());
  final HostAddress hubHttp = new HostAddress("127.0.0.1", FreePort.next());
  final HostAddress clientHttp = new HostAddress("127.0.0.1", FreePort.next());
  final HostAddress web;

  /**
   * @param web where the page is wanted, "" = at a free port
   */
  DemoStage(Given given, String web) {
    this.web =
        web.isEmpty()
            ? new HostAddress("127.0.0.1", FreePort.next())
            : HostAddress.parse(given, WebSettings.WEB, web).withDefaultHost("127.0.0.1");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      folder = Files.createTempDirectory("replicator-demo");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    keep(() -> delete(folder));
    source = keep(RedisServer.started());
    target = keep(RedisServer.started());
  }

  ChildProcess startHub() {
    return keep(
        ChildProcess.start(
            "hub",
            folder,
            List.of(
                "hub",
                "--databases=0",
                "--plaindb=0",
                "--redis=" + source.address(),
                "--hub=" + hub,
                "--web=" + web,
                "--web-origins=*", // a page that somebody tries with it may be a file
                "--http=" + hubHttp)));
  }

  ChildProcess startClient() {
    return keep(
        ChildProcess.start(
            "client",
            folder,
            List.of(
                "client",
                "--databases=0",
                "--redis=" + target.address(),
                "--hub=" + hub,
                "--http=" + clientHttp)));
  }

  /** Whether everything was stopped, by the end of the demo or by an interruption. */
  synchronized boolean isClosed() {
    return closed;
  }

  private synchronized <T extends AutoCloseable> T keep(T resource) {
    if (closed) {
      closeQuietly(resource);
      throw new UsageError("interrupted");
    }
    opened.push(resource);
    return resource;
  }

  private void closeAll() {
    List<AutoCloseable> rest;
    synchronized (this) {
      closed = true;
      rest = List.copyOf(opened);
      opened.clear();
    }
    rest.forEach(DemoStage::closeQuietly);
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      System.err.println("replicator: while cleaning up: " + e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public void close() {
    closeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs already.
    }
  }
}
