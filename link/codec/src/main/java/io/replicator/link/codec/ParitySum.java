package io.replicator.link.codec;

import com.google.protobuf.UnsafeByteOperations;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramParity;
import java.util.Arrays;

/**
 * The parity of datagrams with consecutive numbers, as it grows (P158). {@link ParityRepair} is the
 * other end.
 *
 * <pre>
 *   payload 7   | a b c d |
 *   payload 8   | e f 0 0 |      a shorter one is followed by zeros
 *   payload 9   | g h i 0 |
 *   parity      | ⊕ ⊕ ⊕ ⊕ |      first 7, count 3, length 4 ⊕ 2 ⊕ 3
 * </pre>
 */
public final class ParitySum {
  /** The most datagrams that share one. */
  public static final int MAX_COUNT = 16;

  /** What stands around the data at most: tags, first, count, lengths. */
  public static final int OVERHEAD_BYTES = 24;

  private byte[] sum = {};
  private int longest;
  private int lengths;
  private long first;
  private int count;

  /** Takes in the next one; one that does not follow the others begins anew. */
  public void add(long number, byte[] payload) {
    if (number != first + count || count == MAX_COUNT) {
      clear();
    }
    if (count == 0) {
      first = number;
    }
    if (payload.length > sum.length) {
      sum = Arrays.copyOf(sum, payload.length);
    }
    for (int i = 0; i < payload.length; i++) {
      sum[i] ^= payload[i];
    }
    longest = Math.max(longest, payload.length);
    lengths ^= payload.length;
    count++;
  }

  public int count() {
    return count;
  }

  /** Bytes of the longest one taken in. */
  public int longest() {
    return longest;
  }

  /** How large it would be, at most. */
  public int bytes() {
    return longest + OVERHEAD_BYTES;
  }

  /** The parity of what was taken in; nothing is left of it. */
  public byte[] take() {
    if (count == 0) {
      throw new IllegalStateException("the parity of no datagrams");
    }
    byte[] payload =
        Datagram.newBuilder()
            .setParity(
                DatagramParity.newBuilder()
                    .setFirst(first)
                    .setCount(count)
                    .setLength(lengths)
                    .setData(UnsafeByteOperations.unsafeWrap(Arrays.copyOf(sum, longest))))
            .build()
            .toByteArray();
    clear();
    return payload;
  }

  public void clear() {
    Arrays.fill(sum, (byte) 0);
    longest = 0;
    lengths = 0;
    count = 0;
  }
}
