package io.replicator.command.compare;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Which keys of the source a comparison is about. */
final class MeantKeys {
  /** Keys of Replicator's own; never compared. */
  private static final byte[] OWN_PREFIX = "__replicator:".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] CHAIN = "version".getBytes(StandardCharsets.US_ASCII);

  private final CompareRules rules;

  MeantKeys(CompareRules rules) {
    this.rules = rules;
  }

  boolean isMeant(byte[] key) {
    return !isOwn(key) && !(rules.ignoreChain() && isChain(key)) && rules.patterns().matches(key);
  }

  static boolean isOwn(byte[] key) {
    return startsWith(key, OWN_PREFIX);
  }

  private static boolean isChain(byte[] key) {
    if (!startsWith(key, CHAIN)) {
      return false;
    }
    if (key.length == CHAIN.length) {
      return true;
    }
    boolean digits = key[CHAIN.length] == ':' && key.length > CHAIN.length + 1;
    for (int i = CHAIN.length + 1; i < key.length; i++) {
      digits &= key[i] >= '0' && key[i] <= '9';
    }
    return digits;
  }

  static boolean startsWith(byte[] key, byte[] start) {
    return key.length >= start.length
        && Arrays.equals(key, 0, start.length, start, 0, start.length);
  }
}
