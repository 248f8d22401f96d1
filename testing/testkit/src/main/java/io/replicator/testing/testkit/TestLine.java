package io.replicator.testing.testkit;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Connector;
import io.replicator.link.transport.Loop;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A hub that listens and the way to it, for {@link ConnectionContract}. The transport's test hands
 * every connection that its hub accepts to {@link #accept}.
 */
public abstract class TestLine implements AutoCloseable {
  private final AtomicReference<@Nullable End> lastAccepted = new AtomicReference<>();

  private record End(Connection connection, RecordingListener listener) {}

  /** Both ends of one connection. */
  public record Pair(
      Connection client, RecordingListener atClient, Connection hub, RecordingListener atHub) {}

  /** The hub's acceptor. */
  protected final Connection.Listener accept(Connection connection) {
    RecordingListener listener = new RecordingListener();
    lastAccepted.set(new End(connection, listener));
    return listener;
  }

  public abstract Connector connector();

  public abstract Loop clientLoop();

  /** Runs on the client's loop and returns when it has run; rethrows what it throws. */
  public abstract void onClient(Runnable action);

  public abstract void onHub(Runnable action);

  public abstract void until(String what, BooleanSupplier condition);

  public abstract void stopListening();

  @Override
  public abstract void close();

  /** Opens a connection, and waits for both ends of it. */
  public final Pair connect() {
    return connect(new RecordingListener());
  }

  final Pair connect(RecordingListener atClient) {
    lastAccepted.set(null);
    AtomicReference<@Nullable Connection> client = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    onClient(() -> {
      var _ =
          connector()
              .connect(connection -> atClient)
              .whenComplete((connection, failed) -> {
                client.set(connection);
                failure.set(failed);
              });
    });
    until(
        "a connection",
        () -> failure.get() != null || (client.get() != null && lastAccepted.get() != null));
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
    End hub = Objects.requireNonNull(lastAccepted.get());
    return new Pair(Objects.requireNonNull(client.get()), atClient, hub.connection, hub.listener);
  }
}
