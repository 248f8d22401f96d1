package io.replicator.link.transport.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.replicator.link.transport.HttpService;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one address for HTTP/1.1 and has an {@link HttpService} answer; a request may become a
 * WebSocket, which is one more {@link io.replicator.link.transport.Connection}.
 */
public final class HttpServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  /** Connections that are told that there is no room, beyond the limit. */
  private static final int EXTRA_CONNECTIONS = 64;

  /** Request line and headers (P136). */
  private static final int MAX_HEAD_BYTES = 16 * 1024;

  private static final int CHUNK_BYTES = 8 * 1024;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 128 * 1024);

  private final NettyLoop loop;
  private final @Nullable SslContext tls;
  private final TcpSettings settings;
  private final HttpService service;
  private final Channel listening;
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder turnedAway = new LongAdder();
  private final AtomicBoolean released = new AtomicBoolean();

  private HttpServer(
      NettyLoop loop,
      InetSocketAddress address,
      @Nullable TlsSettings tlsSettings,
      TcpSettings settings,
      HttpService service) {
    this.loop = loop;
    this.settings = settings;
    this.service = service;
    tls = tlsSettings == null ? null : TlsContexts.hub(tlsSettings);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop.group())
            .channel(loop.epoll() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(new Initializer())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      ReferenceCountUtil.release(tls);
      String why = bound.cause() == null ? "" : String.valueOf(bound.cause().getMessage());
      throw new IllegalStateException(
          "cannot listen for HTTP on %s: %s; choose another address or end what listens there"
              .formatted(PeerOf.text(address), why),
          bound.cause());
    }
    listening = bound.channel();
  }

  /**
   * Begins to listen; not to be called on the loop.
   *
   * @param address port 0 = a free one
   * @param tls null = plain HTTP
   * @param settings of them the time for handshakes and heads, and the limits of connections and
   *     frames
   * @throws IllegalArgumentException if the TLS settings cannot be used
   * @throws IllegalStateException if the address cannot be listened on
   */
  public static HttpServer listen(
      NettyLoop loop,
      InetSocketAddress address,
      @Nullable TlsSettings tls,
      TcpSettings settings,
      HttpService service) {
    return new HttpServer(loop, address, tls, settings, service);
  }

  /** Where it listens, with the port it got. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** Connections open now, WebSockets among them; from any thread. */
  public int connections() {
    return open.get();
  }

  /** Connections that found no room or never came to a request; from any thread. */
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
      int now = open.incrementAndGet();
      channel.closeFuture().addListener(_ -> open.decrementAndGet());
      if (now > settings.maxConnections() + EXTRA_CONNECTIONS) {
        turnedAway.increment();
        var _ = channel.close();
        return;
      }
      SocketTuning.apply(channel, settings);
      SslContext context = tls;
      if (context != null) {
        SslHandler handler = context.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
        channel.pipeline().addLast(handler);
      }
      HttpDecoderConfig limits =
          new HttpDecoderConfig()
              .setMaxInitialLineLength(MAX_HEAD_BYTES)
              .setMaxHeaderSize(MAX_HEAD_BYTES)
              .setMaxChunkSize(CHUNK_BYTES);
      boolean room = now <= settings.maxConnections();
      channel
          .pipeline()
          .addLast(new HttpServerCodec(limits))
          .addLast(new HttpRequests(loop, settings, service, room, turnedAway::increment));
    }
  }
}
