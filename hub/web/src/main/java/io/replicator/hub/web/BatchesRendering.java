package io.replicator.hub.web;

import io.replicator.hub.delivery.BatchReader.Taken;

/** Batches as they are, each behind its length as a varint. */
final class BatchesRendering implements Rendering {
  private static final int MAX_LENGTH_BYTES = 5;

  @Override
  public byte[] batch(Taken taken) {
    byte[] data = taken.encoded().data();
    byte[] head = new byte[MAX_LENGTH_BYTES];
    int n = 0;
    int rest = data.length;
    while (rest > 0x7f) {
      head[n++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    head[n++] = (byte) rest;
    byte[] bytes = new byte[n + data.length];
    System.arraycopy(head, 0, bytes, 0, n);
    System.arraycopy(data, 0, bytes, n, data.length);
    return bytes;
  }

  /** A length of nothing (P160). */
  @Override
  public byte[] keepAlive() {
    return new byte[] {0};
  }

  @Override
  public byte[] end(String cursor) {
    return NOTHING;
  }
}
