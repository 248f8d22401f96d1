package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.replicator.link.transport.Loop;
import java.nio.charset.StandardCharsets;

/**
 * The handler of a client's channel while it asks for a WebSocket: makes way for {@link
 * WebSocketReader} and {@link TcpConnection}, or tells what the other side answered instead.
 */
final class WebSocketOpening extends SimpleChannelInboundHandler<FullHttpResponse> {
  private static final int MAX_ANSWER_BYTES = 8 * 1024;
  private static final int MAX_TEXT = 300;

  private final NettyLoop loop;
  private final TcpSettings settings;
  private final TlsReason tlsReason;
  private final ConnectionSetup.Outcome outcome;
  private final Handshaker handshaker;
  private final Loop.Timer timer;
  private boolean done;

  private WebSocketOpening(
      Channel channel,
      WebSocketTarget target,
      NettyLoop loop,
      TcpSettings settings,
      TlsReason tlsReason,
      ConnectionSetup.Outcome outcome) {
    this.loop = loop;
    this.settings = settings;
    this.tlsReason = tlsReason;
    this.outcome = outcome;
    handshaker = new Handshaker(target, settings.maxFrameBytes());
    timer =
        loop.schedule(
            settings.handshakeTimeout(), () -> fail(channel, "no answer to the WebSocket request"));
  }

  /** Decodes messages and leaves it to the connection to say what is wrong with them. */
  static WebSocketDecoderConfig decoderConfig(boolean expectMasked, int maxFrameBytes) {
    return WebSocketDecoderConfig.newBuilder()
        .expectMaskedFrames(expectMasked)
        .allowMaskMismatch(false)
        .allowExtensions(false)
        .maxFramePayloadLength(maxFrameBytes)
        .closeOnProtocolViolation(false)
        .withUTF8Validator(false)
        .build();
  }

  private static final class Handshaker extends WebSocketClientHandshaker13 {
    private final int maxFrameBytes;

    Handshaker(WebSocketTarget target, int maxFrameBytes) {
      super(
          target.uri(),
          WebSocketVersion.V13,
          WebSocketTarget.SUBPROTOCOL,
          false,
          EmptyHttpHeaders.INSTANCE,
          maxFrameBytes,
          true,
          false,
          0);
      this.maxFrameBytes = maxFrameBytes;
    }

    /** Only browsers have an origin; behind a proxy it would be the wrong one. */
    @Override
    protected FullHttpRequest newHandshakeRequest() {
      FullHttpRequest request = super.newHandshakeRequest();
      request.headers().remove(HttpHeaderNames.ORIGIN);
      return request;
    }

    @Override
    protected WebSocketFrameDecoder newWebsocketDecoder() {
      return new WebSocket13FrameDecoder(decoderConfig(false, maxFrameBytes));
    }
  }

  static void begin(
      ChannelHandlerContext context,
      WebSocketTarget target,
      NettyLoop loop,
      TcpSettings settings,
      TlsReason tlsReason,
      ConnectionSetup.Outcome outcome) {
    Channel channel = context.channel();
    WebSocketOpening opening =
        new WebSocketOpening(channel, target, loop, settings, tlsReason, outcome);
    channel
        .pipeline()
        .addLast(new HttpClientCodec())
        .addLast(new HttpObjectAggregator(MAX_ANSWER_BYTES))
        .addLast(opening);
    opening
        .handshaker
        .handshake(channel)
        .addListener(sent -> {
          Throwable cause = sent.cause();
          if (cause != null) {
            opening.fail(channel, String.valueOf(cause.getMessage()));
          }
        });
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
    Channel channel = context.channel();
    if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      fail(channel, "no WebSocket, the answer is " + response.status() + text(response));
      return;
    }
    try {
      handshaker.finishHandshake(channel, response);
    } catch (WebSocketHandshakeException e) {
      fail(channel, "no WebSocket of a hub: " + e.getMessage());
      return;
    }
    done = true;
    timer.cancel();
    WebSocketReader reader = new WebSocketReader(settings.maxFrameBytes());
    TcpConnection connection =
        new TcpConnection(
            loop,
            channel,
            reader,
            new WebSocketFraming(true),
            tlsReason,
            PeerOf.channel(channel),
            settings);
    context.pipeline().addLast(reader, connection).remove(this);
    outcome.ready(connection);
  }

  private static String text(FullHttpResponse response) {
    String text = response.content().toString(StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "" : ": " + text.substring(0, Math.min(text.length(), MAX_TEXT));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(context.channel(), "the peer closed before it answered the WebSocket request");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    Throwable cause =
        failure instanceof DecoderException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    fail(context.channel(), tlsReason.of(cause).orElseGet(() -> "no HTTP: " + cause.getMessage()));
  }

  private void fail(Channel channel, String reason) {
    if (!done) {
      done = true;
      timer.cancel();
      outcome.failed(reason, false);
      var _ = channel.close();
    }
  }
}
