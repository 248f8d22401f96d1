package io.replicator.link.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.security.SecureRandom;

/**
 * Each frame as one binary WebSocket message (RFC 6455, 5.2), masked if a client sends it. Written
 * by hand: for each of many blocks of 1 KiB a message object and a second buffer would cost more
 * than the block.
 *
 * <pre>
 *   0x82 | length 7 bits (+128 masked), or 126 and 16 bits, or 127 and 64 bits | mask 32 bits | frame
 * </pre>
 */
final class WebSocketFraming implements Framing {
  private static final int FINAL_BINARY = 0x82;
  private static final int FINAL_CLOSE = 0x88;
  private static final int MASKED = 0x80;
  private static final int MASK_BYTES = 4;
  private static final int SHORT_MAX = 125;
  private static final int MEDIUM = 126;
  private static final int MEDIUM_MAX = 0xffff;
  private static final int LONG = 127;
  private static final int CLOSE_NORMAL = 1000;

  private final boolean masked;
  private final SecureRandom random = new SecureRandom();
  private int mask;

  WebSocketFraming(boolean masked) {
    this.masked = masked;
  }

  @Override
  public int encodedBytes(int frameBytes) {
    int lengthBytes = frameBytes <= SHORT_MAX ? 1 : frameBytes <= MEDIUM_MAX ? 3 : 9;
    return 1 + lengthBytes + (masked ? MASK_BYTES : 0) + frameBytes;
  }

  @Override
  public void writeHead(CodedOutputStream out, int frameBytes) throws IOException {
    int flag = masked ? MASKED : 0;
    out.write((byte) FINAL_BINARY);
    if (frameBytes <= SHORT_MAX) {
      out.write((byte) (flag | frameBytes));
    } else if (frameBytes <= MEDIUM_MAX) {
      out.write((byte) (flag | MEDIUM));
      bigEndian(out, frameBytes, 2);
    } else {
      out.write((byte) (flag | LONG));
      bigEndian(out, frameBytes, 8);
    }
    if (masked) {
      mask = random.nextInt();
      bigEndian(out, mask & 0xffffffffL, MASK_BYTES);
    }
  }

  private static void bigEndian(CodedOutputStream out, long value, int bytes) throws IOException {
    for (int i = bytes - 1; i >= 0; i--) {
      out.write((byte) (value >>> (8 * i)));
    }
  }

  @Override
  public void finish(ByteBuf buffer, int offset, int frameBytes) {
    if (!masked) {
      return;
    }
    int end = offset + frameBytes;
    int at = offset;
    for (; at + MASK_BYTES <= end; at += MASK_BYTES) {
      buffer.setInt(at, buffer.getInt(at) ^ mask);
    }
    for (int i = 0; at + i < end; i++) {
      buffer.setByte(at + i, buffer.getByte(at + i) ^ (mask >>> (8 * (MASK_BYTES - 1 - i))));
    }
  }

  /** A Close message; its mask may be 0. */
  @Override
  public byte[] ending() {
    byte high = (byte) (CLOSE_NORMAL >>> 8);
    byte low = (byte) CLOSE_NORMAL;
    return masked
        ? new byte[] {(byte) FINAL_CLOSE, (byte) (MASKED | 2), 0, 0, 0, 0, high, low}
        : new byte[] {(byte) FINAL_CLOSE, 2, high, low};
  }
}
