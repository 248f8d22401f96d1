package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.replicator.link.transport.HttpService;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one address for HTTP/1.1 and has an {@link HttpService} answer; a request may become a
 * WebSocket, which is one more {@link io.replicator.link.transport.Connection}.
 */
public final class HttpServer implements AutoCloseable {
  /** Request line and headers (P136). */
  private static final int MAX_HEAD_BYTES = 16 * 1024;

  private static final int CHUNK_BYTES = 8 * 1024;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 128 * 1024);

  private final NettyLoop loop;
  private final TcpSettings settings;
  private final HttpService service;
  private final ListeningSocket socket;

  private HttpServer(
      NettyLoop loop,
      InetSocketAddress address,
      @Nullable TlsSettings tls,
      TcpSettings settings,
      HttpService service) {
    this.loop = loop;
    this.settings = settings;
    this.service = service;
    socket = new ListeningSocket(loop, address, " for HTTP", tls, settings, this::accepted);
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
    return socket.address();
  }

  /** Connections open now, WebSockets among them; from any thread. */
  public int connections() {
    return socket.open();
  }

  /** Connections that found no room or never came to a request; from any thread. */
  public long turnedAway() {
    return socket.turnedAway();
  }

  /** Listens no longer. Connections stay. Idempotent. */
  @Override
  public void close() {
    socket.close();
  }

  private void accepted(Channel channel, int openNow) {
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_HEAD_BYTES)
            .setMaxHeaderSize(MAX_HEAD_BYTES)
            .setMaxChunkSize(CHUNK_BYTES);
    boolean room = openNow <= settings.maxConnections();
    channel
        .pipeline()
        .addLast(new HttpServerCodec(limits))
        .addLast(new HttpRequests(loop, settings, service, room, () -> socket.turnAway()));
  }
}
