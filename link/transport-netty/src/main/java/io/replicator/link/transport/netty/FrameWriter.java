package io.replicator.link.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.replicator.link.wire.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Encodes frames, one behind the other, straight into the buffer that the socket is written from.
 * Owns that buffer until {@link #take} gives it away.
 */
final class FrameWriter {
  /** Most frames are blocks of about 1 KiB. Netty's allocator pools buffers of at most so many. */
  private static final int CHUNK_BYTES = 32 * 1024;

  /** Most flushes to a client that has everything are a block or two. */
  private static final int SMALL_CHUNK_BYTES = 4 * 1024;

  private final ByteBufAllocator allocator;
  private final Framing framing;
  private @Nullable ByteBuf chunk;
  private @Nullable CodedOutputStream coder;

  FrameWriter(ByteBufAllocator allocator, Framing framing) {
    this.allocator = allocator;
    this.framing = framing;
  }

  /** Whether a frame of this encoded size fits behind what is there. */
  boolean hasRoom(int encodedBytes) {
    CodedOutputStream present = coder;
    return present == null || present.spaceLeft() >= encodedBytes;
  }

  /**
   * @param frameBytes the frame's serialized size
   * @param large whether many more are likely to follow before the next flush
   */
  void write(Frame frame, int frameBytes, boolean large) {
    CodedOutputStream out = coder;
    ByteBuf buffer = chunk;
    if (out == null || buffer == null) {
      int needed = framing.encodedBytes(frameBytes);
      int bytes = Math.max(needed, large ? CHUNK_BYTES : SMALL_CHUNK_BYTES);
      buffer = allocator.directBuffer(bytes, bytes);
      out = CodedOutputStream.newInstance(buffer.nioBuffer(0, bytes));
      chunk = buffer;
      coder = out;
    }
    try {
      framing.writeHead(out, frameBytes);
      int offset = out.getTotalBytesWritten();
      frame.writeTo(out);
      framing.finish(buffer, offset, frameBytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes encoded so far, to be released by the caller; null = none. */
  @Nullable ByteBuf take() {
    ByteBuf buffer = chunk;
    CodedOutputStream out = coder;
    if (buffer == null || out == null) {
      return null;
    }
    buffer.writerIndex(out.getTotalBytesWritten());
    chunk = null;
    coder = null;
    return buffer;
  }

  void release() {
    ByteBuf buffer = take();
    if (buffer != null) {
      buffer.release();
    }
  }
}
