package io.replicator.link.codec;

import io.replicator.link.codec.CodecException.Category;
import io.replicator.link.wire.DatagramParity;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a lost datagram from those that came and their parity (P158). Keeps the payloads that came
 * last, and no more.
 */
public final class ParityRepair {
  /** So many numbers back a payload is kept. */
  private static final int KEPT = 64;

  private record Kept(long number, byte[] payload) {}

  private final @Nullable Kept[] kept = new Kept[KEPT];

  /**
   * @param payload nobody writes to it any more
   */
  public void came(long number, byte[] payload) {
    kept[index(number)] = new Kept(number, payload);
  }

  /**
   * The one that is missing; empty = none is, or more than one.
   *
   * @throws CodecException if it is no parity of what came
   */
  public Optional<byte[]> missing(DatagramParity parity) {
    if (parity.getCount() < 1 || parity.getCount() > ParitySum.MAX_COUNT) {
      throw new CodecException(
          Category.BAD_VALUE,
          "a parity of %d datagrams: 1 to %d expected"
              .formatted(parity.getCount(), ParitySum.MAX_COUNT));
    }
    byte[] sum = parity.getData().toByteArray();
    int length = parity.getLength();
    int missing = 0;
    for (int i = 0; i < parity.getCount(); i++) {
      byte[] payload = payload(parity.getFirst() + i);
      if (payload == null) {
        missing++;
      } else if (payload.length > sum.length) {
        throw new CodecException(
            Category.BAD_VALUE,
            "a parity of %d bytes of a datagram of %d".formatted(sum.length, payload.length));
      } else {
        length ^= payload.length;
        subtract(payload, sum);
      }
    }
    return missing == 1 ? Optional.of(cut(sum, length)) : Optional.empty();
  }

  private byte @Nullable [] payload(long number) {
    Kept found = kept[index(number)];
    return found != null && found.number == number ? found.payload : null;
  }

  private static int index(long number) {
    return (int) Long.remainderUnsigned(number, KEPT);
  }

  private static void subtract(byte[] payload, byte[] sum) {
    for (int i = 0; i < payload.length; i++) {
      sum[i] ^= payload[i];
    }
  }

  private static byte[] cut(byte[] sum, int length) {
    if (length < 0 || length > sum.length) {
      throw new CodecException(
          Category.BAD_VALUE,
          "a parity of %d bytes gives a datagram of %d".formatted(sum.length, length));
    }
    return Arrays.copyOf(sum, length);
  }
}
