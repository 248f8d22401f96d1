package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on one address and makes a {@link Connection} of each client that gets through. */
public final class TcpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);

  private final NettyLoop loop;
  private final TcpSettings settings;
  private final Connection.Acceptor acceptor;
  private final ListeningSocket socket;
  private final AtomicInteger open = new AtomicInteger();

  private TcpServer(
      NettyLoop loop,
      InetSocketAddress address,
      @Nullable TlsSettings tls,
      TcpSettings settings,
      Connection.Acceptor acceptor) {
    this.loop = loop;
    this.settings = settings;
    this.acceptor = acceptor;
    socket = new ListeningSocket(loop, address, "", tls, settings, this::accepted);
  }

  /**
   * Begins to listen; not to be called on the loop.
   *
   * @param address port 0 = a free one
   * @param tls null = plain TCP
   * @throws IllegalArgumentException if the TLS settings cannot be used
   * @throws IllegalStateException if the address cannot be listened on
   */
  public static TcpServer listen(
      NettyLoop loop,
      InetSocketAddress address,
      @Nullable TlsSettings tls,
      TcpSettings settings,
      Connection.Acceptor acceptor) {
    return new TcpServer(loop, address, tls, settings, acceptor);
  }

  /** Where it listens, with the port it got. */
  public InetSocketAddress address() {
    return socket.address();
  }

  /** Connections open now; from any thread. */
  public int connections() {
    return open.get();
  }

  /** Connections that ended before they were ready or found no room; from any thread. */
  public long turnedAway() {
    return socket.turnedAway();
  }

  /** Listens no longer. Connections stay. Idempotent. */
  @Override
  public void close() {
    socket.close();
  }

  private void accepted(Channel channel, int openNow) {
    channel
        .pipeline()
        .addLast(
            new ConnectionSetup(loop, settings, TlsReason.atHub(), null, new Welcome(channel)));
  }

  private final class Welcome implements ConnectionSetup.Outcome {
    private final Channel channel;

    Welcome(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void ready(TcpConnection connection) {
      if (open.get() >= settings.maxConnections()) {
        socket.turnAway();
        connection.fail(
            WireError.OVERLOADED,
            "%d connections are open already, which is the limit".formatted(open.get()));
        return;
      }
      open.incrementAndGet();
      channel.closeFuture().addListener(_ -> open.decrementAndGet());
      connection.open(acceptor);
      var firstFrame =
          loop.schedule(settings.handshakeTimeout(), () -> requireFirstFrame(connection));
      channel.closeFuture().addListener(_ -> firstFrame.cancel());
    }

    @Override
    public void failed(String reason, boolean trust) {
      socket.turnAway();
      LOG.atWarn()
          .addKeyValue("peer", PeerOf.channel(channel).address())
          .addKeyValue("reason", reason)
          .log("a client did not get through");
    }

    private void requireFirstFrame(TcpConnection connection) {
      if (connection.heardNothing()) {
        connection.fail(
            WireError.HANDSHAKE_TIMEOUT,
            "no frame within " + settings.handshakeTimeout().toMillis() + " ms");
      }
    }
  }
}
