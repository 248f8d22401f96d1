package io.replicator.link.transport.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on one address and makes a {@link Connection} of each client that gets through. */
public final class TcpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);
  private static final int BACKLOG = 1024;

  /** Connections in their handshake, or being told that there is no room, beyond the limit. */
  private static final int EXTRA_CONNECTIONS = 64;

  private final NettyLoop loop;
  private final @Nullable SslContext tls;
  private final TcpSettings settings;
  private final Connection.Acceptor acceptor;
  private final Channel listening;
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder turnedAway = new LongAdder();
  private final AtomicBoolean released = new AtomicBoolean();

  private TcpServer(
      NettyLoop loop,
      InetSocketAddress address,
      @Nullable TlsSettings tlsSettings,
      TcpSettings settings,
      Connection.Acceptor acceptor) {
    this.loop = loop;
    this.settings = settings;
    this.acceptor = acceptor;
    tls = tlsSettings == null ? null : TlsContexts.hub(tlsSettings);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop.group())
            .channel(loop.epoll() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(new Initializer())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      ReferenceCountUtil.release(tls);
      String why = bound.cause() == null ? "" : String.valueOf(bound.cause().getMessage());
      throw new IllegalStateException(
          "cannot listen on %s: %s; choose another address or end what listens there"
              .formatted(PeerOf.text(address), why),
          bound.cause());
    }
    listening = bound.channel();
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
    return (InetSocketAddress) listening.localAddress();
  }

  /** Connections open now; from any thread. */
  public int connections() {
    return open.get();
  }

  /** Connections that ended before they were ready or found no room; from any thread. */
  public long turnedAway() {
    return turnedAway.sum();
  }

  /** Listens no longer. Connections stay. Idempotent. */
  @Override
  public void close() {
    ChannelFuture closed = listening.close();
    if (released.compareAndSet(false, true)) {
      closed.addListener(_ -> ReferenceCountUtil.release(tls));
    }
    if (!loop.inLoop()) {
      closed.awaitUninterruptibly();
    }
  }

  private final class Initializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (sockets.incrementAndGet() > settings.maxConnections() + EXTRA_CONNECTIONS) {
        turnedAway.increment();
        var _ = channel.close();
      }
      channel.closeFuture().addListener(_ -> sockets.decrementAndGet());
      SocketTuning.apply(channel, settings);
      SslContext context = tls;
      if (context != null) {
        SslHandler handler = context.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
        channel.pipeline().addLast(handler);
      }
      channel
          .pipeline()
          .addLast(
              new ConnectionSetup(loop, settings, TlsReason.atHub(), null, new Welcome(channel)));
    }
  }

  private final class Welcome implements ConnectionSetup.Outcome {
    private final Channel channel;

    Welcome(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void ready(TcpConnection connection) {
      if (open.get() >= settings.maxConnections()) {
        turnedAway.increment();
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
      turnedAway.increment();
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
