package io.replicator.client.sink.redis;

import com.dynatrace.hash4j.hashing.Hashing;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of keys at the target for one feed: where a source key goes, and Replicator's own keys.
 *
 * <pre>
 *   PREFIX + key                              data
 *   __replicator:cursor:FEED[@PREFIX]         the cursor, a hash
 *   __replicator:part:FEED[@PREFIX]:LANE:HASH a large value that is not complete yet
 * </pre>
 */
final class Names {
  private static final byte[] OWN = ascii("__replicator:");
  private static final byte[] VERSION = ascii("version");
  private static final int MAX_SHOWN = 100;

  private final byte[] prefix;
  private final byte[] cursor;
  private final String part;

  Names(FeedId feed, String prefix) {
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    String name = prefix.isEmpty() ? feed.name() : feed.name() + "@" + prefix;
    this.cursor = ("__replicator:cursor:" + name).getBytes(StandardCharsets.UTF_8);
    this.part = "__replicator:part:" + name + ":";
  }

  byte[] cursor() {
    return cursor;
  }

  byte[] prefix() {
    return prefix;
  }

  /** Where a source key is at the target. */
  byte[] atTarget(byte[] key) {
    if (prefix.length == 0) {
      return key;
    }
    byte[] joined = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, joined, prefix.length, key.length);
    return joined;
  }

  boolean hasPrefix(byte[] targetKey) {
    return startsWith(targetKey, prefix);
  }

  /** The source key of a target key that {@link #hasPrefix}. */
  byte[] atSource(byte[] targetKey) {
    return prefix.length == 0
        ? targetKey
        : Arrays.copyOfRange(targetKey, prefix.length, targetKey.length);
  }

  /** The temporary key in which the slices of a large value are collected. */
  byte[] part(Lane lane, byte[] key) {
    return (part + lane.name().toLowerCase(java.util.Locale.ROOT) + ":" + hex(key))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The temporary key into which a dump is restored before it gets its name. */
  byte[] staged(byte[] key) {
    return (part + "dump:" + hex(key)).getBytes(StandardCharsets.UTF_8);
  }

  /** A glob for SCAN that all keys with the prefix match. */
  byte[] scanPattern() {
    StringBuilder pattern = new StringBuilder();
    for (char c : new String(prefix, StandardCharsets.ISO_8859_1).toCharArray()) {
      if ("*?[]\\^-".indexOf(c) >= 0) {
        pattern.append('\\');
      }
      pattern.append(c);
    }
    return pattern.append('*').toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  static long hash(byte[] key) {
    return Hashing.xxh3_64().hashBytesToLong(key);
  }

  /** Whether Replicator itself wrote this key at the target. */
  static boolean isOwn(byte[] key) {
    return startsWith(key, OWN);
  }

  /** {@code version} or {@code version:<digits>}. */
  static boolean isChainKey(byte[] key) {
    return Arrays.equals(key, VERSION) || chainVersion(key) >= 0;
  }

  /** The n of {@code version:<n>}, -1 for any other key. */
  static long chainVersion(byte[] key) {
    int digits = key.length - VERSION.length - 1;
    if (digits < 1 || digits > 18 || !startsWith(key, VERSION) || key[VERSION.length] != ':') {
      return -1;
    }
    long number = 0;
    for (int i = VERSION.length + 1; i < key.length; i++) {
      if (key[i] < '0' || key[i] > '9') {
        return -1;
      }
      number = number * 10 + key[i] - '0';
    }
    return number;
  }

  static byte[] chainKey() {
    return VERSION;
  }

  static byte[] chainList(long version) {
    return ascii("version:" + version);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] ascii(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  static String shortened(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }

  private static String hex(byte[] key) {
    return String.format("%016x", hash(key));
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  @Override
  public String toString() {
    return Key.of(cursor).toString();
  }
}
