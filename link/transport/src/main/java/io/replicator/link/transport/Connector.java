package io.replicator.link.transport;

import java.util.concurrent.CompletionStage;

/**
 * The way to one hub: opens a connection to it, as often as asked. Confined to its {@link Loop}.
 */
@FunctionalInterface
public interface Connector {

  /**
   * Opens one connection. It is ready for frames, encryption included, when {@code acceptor} is
   * asked for its listener, and the stage completes after that, on the loop.
   *
   * @return fails with {@link ConnectFailed}
   */
  CompletionStage<Connection> connect(Connection.Acceptor acceptor);
}
