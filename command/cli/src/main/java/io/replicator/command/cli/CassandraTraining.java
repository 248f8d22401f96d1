package io.replicator.command.cli;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.SinkException;
import io.replicator.client.sink.cassandra.CassandraSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * The part of the training run that has a Cassandra as target: a real client's way up to the first
 * answer, which does not come, for no Cassandra is at hand where Replicator is built. What hangs up
 * on it is a listener of this process.
 */
final class CassandraTraining {
  private CassandraTraining() {}

  static void run() {
    try (ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().name("training-listener").start(() -> hangUp(listener));
      open("127.0.0.1:" + listener.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void hangUp(ServerSocket listener) {
    while (!listener.isClosed()) {
      try (Socket caller = listener.accept()) {
        caller.getInputStream().read(); // it has said something
      } catch (IOException e) {
        // The next one, or the end.
      }
    }
  }

  private static void open(String address) {
    Given given =
        Training.given(
            "client",
            "--databases=0",
            "--hub=127.0.0.1:1",
            "--cassandra=" + address,
            "--keyspace=training");
    CassandraAccess access = new CassandraAccess(given, new Secrets(Map.of()));
    try (CassandraSink sink = new CassandraSink(access.endpoint(), access.settings())) {
      sink.open(new FeedId(0, "", KeyPatterns.ALL)).toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof SinkException failure
          && failure.category() == SinkException.Category.UNAVAILABLE) {
        return;
      }
      throw e;
    }
    throw new IllegalStateException("a Cassandra that hangs up was opened");
  }
}
