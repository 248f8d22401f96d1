package io.replicator.link.transport;

import java.util.concurrent.CompletionStage;

/** Opens datagrams beside a connection that is open. Confined to the {@link Loop}. */
@FunctionalInterface
public interface DatagramConnector {

  /**
   * Opens datagrams to the host at the far end of the connection.
   *
   * @return fails with {@link ConnectFailed}
   */
  CompletionStage<Datagrams> connect(
      Connection beside, DatagramPort port, Datagrams.Acceptor acceptor);
}
