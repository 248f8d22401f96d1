package io.replicator.link.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.replicator.link.codec.WireError;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of WebSocket messages (P121), whole or fragmented, and answers what is only the
 * WebSocket's: pings and the close. Stops for good at the first thing that is no frame.
 */
final class WebSocketReader extends ChannelInboundHandlerAdapter implements FrameSource {
  private final int maxFrameBytes;
  private @Nullable ByteBuf fragments;
  private boolean stopped;
  private int leftOverBytes;

  WebSocketReader(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public int leftOverBytes() {
    return leftOverBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof CloseWebSocketFrame) {
        closed(context);
      } else if (!stopped && message instanceof WebSocketFrame frame) {
        read(context, frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(ChannelHandlerContext context, WebSocketFrame frame) {
    switch (frame) {
      case BinaryWebSocketFrame whole when whole.isFinalFragment() ->
          parse(context, whole.content());
      case BinaryWebSocketFrame first -> append(context, first.content());
      case ContinuationWebSocketFrame next -> continued(context, next);
      case PingWebSocketFrame ping -> {
        if (context.channel().isWritable()) {
          var _ = context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        }
      }
      case TextWebSocketFrame text ->
          throw violation(
              WireError.BAD_FRAME, "a text message, binary messages with one frame each expected");
      default -> {} // a pong nobody asked for
    }
  }

  private void continued(ChannelHandlerContext context, ContinuationWebSocketFrame next) {
    append(context, next.content());
    ByteBuf whole = fragments;
    if (next.isFinalFragment() && whole != null) {
      try {
        parse(context, whole);
      } finally {
        dropFragments();
      }
    }
  }

  private void append(ChannelHandlerContext context, ByteBuf part) {
    ByteBuf before = fragments;
    ByteBuf all = before == null ? context.alloc().buffer(part.readableBytes()) : before;
    fragments = all;
    int bytes = all.readableBytes() + part.readableBytes();
    if (bytes > maxFrameBytes) {
      dropFragments();
      throw tooLarge(bytes + " bytes and more");
    }
    all.writeBytes(part);
  }

  private void parse(ChannelHandlerContext context, ByteBuf bytes) {
    if (bytes.readableBytes() > maxFrameBytes) {
      throw tooLarge(bytes.readableBytes() + " bytes");
    }
    try {
      context.fireChannelRead(FrameParser.parse(bytes, bytes.readableBytes()));
    } catch (FrameViolation e) {
      stopped = true;
      throw e;
    }
  }

  /** The peer closes: what it is owed is the same, then the socket's end. */
  private void closed(ChannelHandlerContext context) {
    stopped = true;
    context
        .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
        .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    if (failure instanceof CorruptedWebSocketFrameException broken) {
      boolean big = broken.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG);
      context.fireExceptionCaught(
          big
              ? tooLarge("more than that")
              : violation(WireError.BAD_FRAME, "no WebSocket frame: " + broken.getMessage()));
    } else {
      context.fireExceptionCaught(failure);
    }
  }

  private FrameViolation tooLarge(String found) {
    return violation(
        WireError.FRAME_TOO_LARGE,
        "a frame of " + found + ", at most " + maxFrameBytes + " expected");
  }

  private FrameViolation violation(WireError error, String text) {
    stopped = true;
    return new FrameViolation(error, text);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ByteBuf partial = fragments;
    leftOverBytes = partial == null ? 0 : partial.readableBytes();
    dropFragments();
    context.fireChannelInactive();
  }

  private void dropFragments() {
    ByteBuf partial = fragments;
    fragments = null;
    if (partial != null) {
      partial.release();
    }
  }
}
