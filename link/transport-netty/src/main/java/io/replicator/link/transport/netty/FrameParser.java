package io.replicator.link.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;

/** Makes a frame of its bytes, or says why they are none (P3). */
final class FrameParser {
  private FrameParser() {}

  /** Reads without moving the buffer's index. */
  static Frame parse(ByteBuf in, int length) {
    try {
      Frame frame = Frame.parseFrom(in.nioBuffer(in.readerIndex(), length));
      if (frame.getMessageCase() == Frame.MessageCase.MESSAGE_NOT_SET) {
        throw new FrameViolation(
            WireError.BAD_FRAME, "a frame of " + length + " bytes without a known message");
      }
      return frame;
    } catch (InvalidProtocolBufferException e) {
      throw new FrameViolation(
          WireError.BAD_FRAME, length + " bytes that are no frame: " + e.getMessage());
    }
  }
}
