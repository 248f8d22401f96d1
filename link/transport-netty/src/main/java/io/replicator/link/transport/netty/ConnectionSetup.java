package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The handler that a channel begins with: waits for TLS, if there is any, then makes way for {@link
 * FrameReader} and {@link TcpConnection}, or tells why it could not.
 */
final class ConnectionSetup extends ChannelInboundHandlerAdapter {

  /** Hears how it went: one of the two, once, on the loop. */
  interface Outcome {
    void ready(TcpConnection connection);

    void failed(String reason, boolean trust);
  }

  private final NettyLoop loop;
  private final TcpSettings settings;
  private final TlsReason tlsReason;
  private final Outcome outcome;
  private final @Nullable WebSocketTarget webSocket;
  private boolean done;

  /**
   * @param webSocket what a client asks for to get a WebSocket, null = frames follow at once
   */
  ConnectionSetup(
      NettyLoop loop,
      TcpSettings settings,
      TlsReason tlsReason,
      @Nullable WebSocketTarget webSocket,
      Outcome outcome) {
    this.loop = loop;
    this.settings = settings;
    this.tlsReason = tlsReason;
    this.webSocket = webSocket;
    this.outcome = outcome;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (context.pipeline().get(SslHandler.class) == null) {
      ready(context);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        ready(context);
      } else {
        failed(context, handshake.cause());
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    Throwable cause = failure.getCause();
    failed(context, failure instanceof DecoderException && cause != null ? cause : failure);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    failed("the peer closed before the connection was ready", false);
  }

  private void ready(ChannelHandlerContext context) {
    if (done) {
      return;
    }
    done = true;
    if (webSocket != null) {
      WebSocketOpening.begin(context, webSocket, loop, settings, tlsReason, outcome);
      context.pipeline().remove(this);
      return;
    }
    Channel channel = context.channel();
    FrameReader reader = new FrameReader(settings.maxFrameBytes());
    TcpConnection connection =
        new TcpConnection(
            loop,
            channel,
            reader,
            new VarintFraming(),
            tlsReason,
            PeerOf.channel(channel),
            settings);
    context.pipeline().addLast(reader, connection).remove(this);
    outcome.ready(connection);
  }

  private void failed(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      failed("the peer ended the connection during the TLS handshake: does it speak TLS?", false);
      return;
    }
    failed(
        tlsReason.of(cause).orElseGet(() -> String.valueOf(cause.getMessage())),
        tlsReason.of(cause).isPresent());
    var _ = context.close();
  }

  private void failed(String reason, boolean trust) {
    if (!done) {
      done = true;
      outcome.failed(reason, trust);
    }
  }
}
