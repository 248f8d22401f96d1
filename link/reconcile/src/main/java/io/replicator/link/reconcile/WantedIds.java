package io.replicator.link.reconcile;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Which keys are wanted, as it travels: of each id the highest 40 of 61 bits, ascending, as varints
 * of the first and of each step to the next. Of 100,000 a step takes 4 bytes, the id would take 8.
 * Two keys that begin alike are both meant; one of them is sent in vain.
 */
public final class WantedIds {
  private static final int DROPPED_BITS = 21;
  private static final int MAX_BYTES = 6;

  private WantedIds() {}

  /** The part of an id that says which key is wanted; 0 only for no key. */
  public static long prefix(long id) {
    return id == 0 ? 0 : (id >>> DROPPED_BITS) + 1;
  }

  /**
   * @param prefixes ascending, each once
   */
  public static byte[] encode(long[] prefixes, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((to - from) * 4 + 2);
    long before = 0;
    for (int i = from; i < to; i++) {
      long rest = prefixes[i] - before;
      before = prefixes[i];
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) (rest | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws BadSymbols if these bytes are no such list
   */
  public static long[] decode(byte[] bytes) {
    long[] prefixes = new long[bytes.length];
    int n = 0;
    long last = 0;
    int at = 0;
    while (at < bytes.length) {
      long step = 0;
      int length = 0;
      byte next;
      do {
        if (at == bytes.length || length == MAX_BYTES) {
          throw new BadSymbols("wanted id " + n + " is no varint of at most 6 bytes");
        }
        next = bytes[at++];
        step |= (next & 0x7fL) << (7 * length++);
      } while (next < 0);
      last += step;
      if (step == 0 || last > 1L << 40) {
        throw new BadSymbols(
            "wanted id %d is %d after a step of %d: 1 to 2^40 expected, ascending"
                .formatted(n, last, step));
      }
      prefixes[n++] = last;
    }
    return Arrays.copyOf(prefixes, n);
  }
}
