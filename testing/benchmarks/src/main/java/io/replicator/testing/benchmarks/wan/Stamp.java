package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.testkit.JsonValues;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** JSON values that begin with the moment they were made: {"t":0000001234567890123,"id":17,… */
final class Stamp {
  private static final byte[] BEFORE = Data.bytes("{\"t\":");
  private static final int DIGITS = 19;

  private Stamp() {}

  static byte[] value(int key, long seed, long nanos) {
    byte[] json = new JsonValues(seed).value(key);
    String text = new String(json, 1, json.length - 1, StandardCharsets.US_ASCII);
    return Data.bytes(String.format(Locale.ROOT, "{\"t\":%019d,%s", nanos, text));
  }

  /** When a value was made, -1 = it bears no stamp. */
  static long nanos(byte[] value) {
    if (value.length < BEFORE.length + DIGITS) {
      return -1;
    }
    for (int i = 0; i < BEFORE.length; i++) {
      if (value[i] != BEFORE[i]) {
        return -1;
      }
    }
    long nanos = 0;
    for (int i = BEFORE.length; i < BEFORE.length + DIGITS; i++) {
      int digit = value[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      nanos = 10 * nanos + digit;
    }
    return nanos;
  }
}
