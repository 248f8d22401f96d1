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
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An address that is listened on, whatever is spoken there: tunes what it accepts, puts TLS in
 * front, and closes what is far beyond the limit without a word.
 */
final class ListeningSocket {
  private static final int BACKLOG = 1024;

  /** Connections in their handshake, or being told that there is no room, beyond the limit. */
  private static final int EXTRA_CONNECTIONS = 64;

  private final NettyLoop loop;
  private final @Nullable SslContext tls;
  private final TcpSettings settings;
  private final Accepted accepted;
  private final Channel channel;
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder turnedAway = new LongAdder();
  private final AtomicBoolean released = new AtomicBoolean();

  /** Hears of each socket, on the loop, before anything is read from it. */
  interface Accepted {
    /**
     * @param openNow sockets open now, this one among them
     */
    void accept(Channel socket, int openNow);
  }

  /**
   * Begins to listen; not to be called on the loop.
   *
   * @param what is spoken there, for the error: " for HTTP"
   * @throws IllegalArgumentException if the TLS settings cannot be used
   * @throws IllegalStateException if the address cannot be listened on
   */
  ListeningSocket(
      NettyLoop loop,
      InetSocketAddress address,
      String what,
      @Nullable TlsSettings tlsSettings,
      TcpSettings settings,
      Accepted accepted) {
    this.loop = loop;
    this.settings = settings;
    this.accepted = accepted;
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
          "cannot listen on %s%s: %s; choose another address or end what listens there"
              .formatted(PeerOf.text(address), what, why),
          bound.cause());
    }
    channel = bound.channel();
  }

  /** Where it listens, with the port it got. */
  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Sockets open now; from any thread. */
  int open() {
    return open.get();
  }

  /** One more that came to nothing. */
  void turnAway() {
    turnedAway.increment();
  }

  /** How many came to nothing; from any thread. */
  long turnedAway() {
    return turnedAway.sum();
  }

  /** Listens no longer. What was accepted stays. Idempotent. */
  void close() {
    ChannelFuture closed = channel.close();
    if (released.compareAndSet(false, true)) {
      closed.addListener(_ -> ReferenceCountUtil.release(tls));
    }
    if (!loop.inLoop()) {
      closed.awaitUninterruptibly();
    }
  }

  private final class Initializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel socket) {
      int now = open.incrementAndGet();
      socket.closeFuture().addListener(_ -> open.decrementAndGet());
      if (now > settings.maxConnections() + EXTRA_CONNECTIONS) {
        turnAway();
        var _ = socket.close();
        return;
      }
      SocketTuning.apply(socket, settings);
      SslContext context = tls;
      if (context != null) {
        SslHandler handler = context.newHandler(socket.alloc());
        handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
        socket.pipeline().addLast(handler);
      }
      accepted.accept(socket, now);
    }
  }
}
