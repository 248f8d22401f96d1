package io.replicator.link.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Each frame behind its length as a varint (P1). */
final class VarintFraming implements Framing {
  private static final byte[] NOTHING = {};

  @Override
  public int encodedBytes(int frameBytes) {
    return CodedOutputStream.computeUInt32SizeNoTag(frameBytes) + frameBytes;
  }

  @Override
  public void writeHead(CodedOutputStream out, int frameBytes) throws IOException {
    out.writeUInt32NoTag(frameBytes);
  }

  @Override
  public void finish(ByteBuf buffer, int offset, int frameBytes) {}

  @Override
  public byte[] ending() {
    return NOTHING;
  }
}
