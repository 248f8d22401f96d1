package io.replicator.hub.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Compresses a body piece by piece. Used by one worker at a time, never by two. */
final class BodyCoder implements AutoCloseable {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final OutputStream in;

  BodyCoder(ContentCoding coding) {
    try {
      in = coding.wrap(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of this piece, so that the peer can unfold it at once. */
  byte[] piece(byte[] bytes) {
    try {
      in.write(bytes);
      in.flush();
      return take();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last piece. */
  byte[] last(byte[] bytes) {
    try {
      in.write(bytes);
      in.close();
      return take();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives back what the compressor holds. */
  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] take() {
    byte[] bytes = out.toByteArray();
    out.reset();
    return bytes;
  }
}
