package io.replicator.link.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** How frames stand one behind the other in a byte stream. */
sealed interface Framing permits VarintFraming, WebSocketFraming {

  /** Bytes of a frame of this serialized size together with what stands around it. */
  int encodedBytes(int frameBytes);

  /** Writes what stands before a frame. */
  void writeHead(CodedOutputStream out, int frameBytes) throws IOException;

  /** Finishes a frame that was written to these bytes of the buffer. */
  void finish(ByteBuf buffer, int offset, int frameBytes);

  /** What tells the far end that no frame follows; may be empty. */
  byte[] ending();
}
