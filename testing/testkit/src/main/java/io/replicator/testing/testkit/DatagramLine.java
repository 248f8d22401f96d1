package io.replicator.testing.testkit;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A hub that takes datagrams and the way to it, for {@link DatagramContract}. The transport's test
 * hands whatever its hub accepts to {@link #accept}.
 */
public abstract class DatagramLine implements AutoCloseable {
  private final AtomicReference<@Nullable End> lastAccepted = new AtomicReference<>();

  private record End(Datagrams datagrams, RecordingDatagrams listener) {}

  /** Both ends. */
  public record Pair(
      Datagrams client, RecordingDatagrams atClient, Datagrams hub, RecordingDatagrams atHub) {}

  /** The hub's acceptor. */
  protected final Datagrams.Listener accept(Datagrams datagrams) {
    RecordingDatagrams listener = new RecordingDatagrams();
    lastAccepted.set(new End(datagrams, listener));
    return listener;
  }

  public abstract DatagramConnector connector();

  /** The connection that the datagrams go beside. */
  public abstract Connection beside();

  public abstract DatagramPort port();

  /** Runs on the client's loop and returns when it has run; rethrows what it throws. */
  public abstract void onClient(Runnable action);

  public abstract void onHub(Runnable action);

  public abstract void until(String what, BooleanSupplier condition);

  public abstract void stopListening();

  @Override
  public abstract void close();

  /** Opens datagrams, and waits for both ends of them; fails with what connecting failed with. */
  public final Pair connect() {
    return connect(port(), new RecordingDatagrams());
  }

  public final Pair connect(DatagramPort port, RecordingDatagrams atClient) {
    lastAccepted.set(null);
    AtomicReference<@Nullable Datagrams> client = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    onClient(() -> {
      var _ =
          connector()
              .connect(beside(), port, datagrams -> atClient)
              .whenComplete((datagrams, failed) -> {
                client.set(datagrams);
                failure.set(failed);
              });
    });
    until(
        "datagrams",
        () -> failure.get() != null || (client.get() != null && lastAccepted.get() != null));
    if (failure.get() instanceof RuntimeException failed) {
      throw failed;
    }
    End hub = Objects.requireNonNull(lastAccepted.get());
    return new Pair(Objects.requireNonNull(client.get()), atClient, hub.datagrams, hub.listener);
  }
}
