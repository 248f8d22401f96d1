package io.replicator.link.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import java.util.List;

/**
 * Cuts the byte stream into frames: each is its length as a varint, then so many bytes. Stops for
 * good at the first thing that is no frame.
 */
final class FrameReader extends ByteToMessageDecoder implements FrameSource {
  private static final int MAX_LENGTH_BYTES = 5;

  /** What a TLS side sends to one that speaks plain: an alert or a handshake record, version 3. */
  private static final int TLS_ALERT = 0x15;

  private static final int TLS_HANDSHAKE = 0x16;
  private static final int TLS_MAJOR = 0x03;

  private final int maxFrameBytes;
  private boolean anyFrame;
  private boolean stopped;
  private int leftOverBytes;

  FrameReader(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (stopped) {
      in.skipBytes(in.readableBytes());
      return;
    }
    int start = in.readerIndex();
    int length = readLength(in);
    if (length < 0 || in.readableBytes() < length) {
      in.readerIndex(start);
      return;
    }
    out.add(parse(in, length));
    in.skipBytes(length);
    anyFrame = true;
  }

  @Override
  protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int before = -1;
    while (in.isReadable() && in.readableBytes() != before) {
      before = in.readableBytes();
      decode(context, in, out);
    }
    leftOverBytes = in.readableBytes();
  }

  @Override
  public int leftOverBytes() {
    return leftOverBytes;
  }

  /** -1 if it is not all there. */
  private int readLength(ByteBuf in) {
    long length = 0;
    int available = Math.min(in.readableBytes(), MAX_LENGTH_BYTES);
    for (int i = 0; i < available; i++) {
      byte b = in.readByte();
      length |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        requireSane(in, length);
        return (int) length;
      }
    }
    if (available == MAX_LENGTH_BYTES) {
      throw violation(WireError.BAD_FRAME, "a frame length of more than " + available + " bytes");
    }
    return -1;
  }

  private void requireSane(ByteBuf in, long length) {
    if (length > maxFrameBytes) {
      throw violation(
          WireError.FRAME_TOO_LARGE,
          "a frame of " + length + " bytes, at most " + maxFrameBytes + " expected");
    }
    int first = in.getUnsignedByte(in.readerIndex() - 1);
    if (!anyFrame
        && (first == TLS_ALERT || first == TLS_HANDSHAKE)
        && in.isReadable()
        && in.getUnsignedByte(in.readerIndex()) == TLS_MAJOR) {
      throw violation(
          WireError.BAD_FRAME,
          "the peer speaks TLS, this side does not: use it on both sides or on neither");
    }
  }

  private Frame parse(ByteBuf in, int length) {
    try {
      return FrameParser.parse(in, length);
    } catch (FrameViolation e) {
      stopped = true;
      throw e;
    }
  }

  private FrameViolation violation(WireError error, String text) {
    stopped = true;
    return new FrameViolation(error, text);
  }
}
