package io.replicator.testing.system;

import io.replicator.command.redis.FreePort;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hub or a client as a process, on free ports of 127.0.0.1, with its status page. */
final class Node implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

  private final ReplicatorProcess process;
  private final String name;
  private final String address;
  private final int httpPort;

  private Node(ReplicatorProcess process, String name, String address, int httpPort) {
    this.process = process;
    this.name = name;
    this.address = address;
    this.httpPort = httpPort;
  }

  /** A hub that is not started yet; it listens on {@link #address}. */
  static Node hub(Path folder, String name, String... args) {
    return hubAt(folder, name, "127.0.0.1:" + FreePort.next(), args);
  }

  /** The same, listening here. */
  static Node hubAt(Path folder, String name, String address, String... args) {
    return of(folder, name, address, List.of("hub", "--hub", address), args);
  }

  /** A client of this hub that is not started yet. */
  static Node client(Path folder, String name, String hub, String... args) {
    return of(folder, name, "", List.of("client", "--hub", hub), args);
  }

  private static Node of(
      Path folder, String name, String address, List<String> first, String... args) {
    int httpPort = FreePort.next();
    List<String> command = new ArrayList<>(first);
    command.addAll(List.of("--name", name, "--http", "127.0.0.1:" + httpPort));
    command.addAll(List.of(args));
    return new Node(
        ReplicatorProcess.of(folder, name, command.toArray(String[]::new)),
        name,
        address,
        httpPort);
  }

  Node start() {
    process.start();
    return this;
  }

  /** kill -9. */
  void kill() {
    process.kill();
  }

  /** Where a hub listens. */
  String address() {
    return address;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() {
    return process.output();
  }

  /** Its last words, for a test that fails. */
  String story() {
    return "---- " + name + "\n" + process.tail() + "\n" + status() + "\n";
  }

  /** A client: everything is loaded; a hub: its databases are scanned. */
  Node awaitReady() {
    await("is ready", () -> get("/readyz").startsWith("ready"));
    return this;
  }

  void awaitOutput(String text) {
    await("prints '" + text + "'", () -> output().contains(text));
  }

  void awaitStatus(String text) {
    await("shows '" + text + "'", () -> status().contains(text));
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    try {
      Await.until(LIMIT, name + " " + what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + story(), e);
    }
  }

  /** The status page as JSON, "" if it does not answer now. */
  String status() {
    return get("/status");
  }

  /** The sum of all numbers with this name in the status page. */
  long figure(String figure) {
    Matcher number = Pattern.compile("\"" + figure + "\"\\s*:\\s*(-?\\d+)").matcher(status());
    long sum = 0;
    boolean found = false;
    while (number.find()) {
      sum += Long.parseLong(number.group(1));
      found = true;
    }
    if (!found) {
      throw new AssertionError("no figure '" + figure + "' in the status of\n" + story());
    }
    return sum;
  }

  private String get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
            .timeout(Duration.ofSeconds(20))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return ""; // not up yet, or killed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
