package io.replicator.hub.source.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Keys that are never told as data: Replicator's own, and a versioned database's chain. */
final class ReservedKeys {
  static final byte[] VERSION = "version".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OWN = "__replicator:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LIST = "version:".getBytes(StandardCharsets.US_ASCII);

  private ReservedKeys() {}

  static boolean isOwn(byte[] key) {
    return startsWith(key, OWN);
  }

  /** Whether it is {@code version} or {@code version:<digits>}. */
  static boolean isChain(byte[] key) {
    if (Arrays.equals(key, VERSION)) {
      return true;
    }
    if (!startsWith(key, LIST) || key.length == LIST.length) {
      return false;
    }
    for (int i = LIST.length; i < key.length; i++) {
      if (key[i] < '0' || key[i] > '9') {
        return false;
      }
    }
    return true;
  }

  static byte[] list(long version) {
    return ("version:" + version).getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
