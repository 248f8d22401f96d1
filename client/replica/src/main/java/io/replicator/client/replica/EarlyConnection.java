package io.replicator.client.replica;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Connector;
import io.replicator.link.wire.Frame;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the hub that is made while the targets are still being opened: what is said on it
 * first waits for their cursors, its round trips (TCP, TLS) need not. Confined to the loop.
 *
 * <pre>
 *   connecting ──▶ held, silent ──use()──▶ the session's
 *       └──────────use()──────────────────────▲
 *   ended by the hub meanwhile: use() connects anew
 * </pre>
 */
final class EarlyConnection {
  private final Connector connector;
  private final CompletionStage<Connection> connecting;

  private @Nullable Connection held;
  private Connection.@Nullable Acceptor user;
  private Connection.@Nullable Listener heir;
  private boolean abandoned;
  private boolean ended;

  EarlyConnection(Connector connector) {
    this.connector = connector;
    this.connecting = connector.connect(this::accept);
  }

  /** Gives it to whom it is for; how that went is told as by a connector. */
  CompletionStage<Connection> use(Connection.Acceptor acceptor) {
    if (ended) {
      return connector.connect(acceptor);
    }
    user = acceptor;
    Connection open = held;
    if (open == null) {
      return connecting;
    }
    heir = acceptor.accept(open);
    return CompletableFuture.completedFuture(open);
  }

  /** Nobody will use it. */
  void abandon() {
    abandoned = true;
    Connection open = held;
    if (open != null) {
      open.close();
    }
  }

  private Connection.Listener accept(Connection connection) {
    Connection.Acceptor waiting = user;
    if (waiting != null) {
      return waiting.accept(connection);
    }
    held = connection;
    if (abandoned) {
      connection.close();
    }
    return new Held();
  }

  /** A hub says nothing before Hello but good-bye; from then on all is for the session. */
  private final class Held implements Connection.Listener {
    @Override
    public void onFrame(Frame frame) {
      Connection.Listener session = heir;
      Connection open = held;
      if (session != null) {
        session.onFrame(frame);
      } else if (open != null) {
        ended = true;
        open.close();
      }
    }

    @Override
    public void onWritable() {
      Connection.Listener session = heir;
      if (session != null) {
        session.onWritable();
      }
    }

    @Override
    public void onClosed(String reason) {
      ended = true;
      Connection.Listener session = heir;
      if (session != null) {
        session.onClosed(reason);
      }
    }
  }
}
