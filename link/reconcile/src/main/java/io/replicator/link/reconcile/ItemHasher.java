package io.replicator.link.reconcile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes items and digests of (key, value hash) under one salt. The value hash has the absolute
 * expiry in it. Not thread-safe: one for each thread.
 *
 * <pre>
 *   salt     k0 k1 | d0 d1                                        four words, little-endian
 *   item     SipHash-2-4-64  (k0 k1, key ++ value hash)           0 is taken for 1
 *   digest   SipHash-2-4-128 (d0 d1, key ++ value hash)           independent of the item
 * </pre>
 */
public final class ItemHasher {
  /** Bytes of a salt. */
  public static final int SALT_BYTES = 32;

  private final SipHash sip = new SipHash();
  private final long k0;
  private final long k1;
  private final long d0;
  private final long d1;

  public ItemHasher(byte[] salt) {
    if (salt.length != SALT_BYTES) {
      throw new BadSymbols("a salt of " + salt.length + " bytes: " + SALT_BYTES + " expected");
    }
    ByteBuffer words = ByteBuffer.wrap(salt).order(ByteOrder.LITTLE_ENDIAN);
    k0 = words.getLong();
    k1 = words.getLong();
    d0 = words.getLong();
    d1 = words.getLong();
  }

  /** What stands for this key with this value in sketches; never 0. */
  public long item(byte[] key, long valueHash) {
    long item = sip.hash(k0, k1, key, 0, key.length, valueHash);
    return item == 0 ? 1 : item;
  }

  /** Adds the key with this value, whose item is known, to a digest. */
  public void add(Digest digest, long item, byte[] key, long valueHash) {
    long low = sip.hash128(d0, d1, key, 0, key.length, valueHash);
    digest.add(item, low, sip.secondHalf());
  }

  /** Takes the key with this value out of a digest. */
  public void remove(Digest digest, long item, byte[] key, long valueHash) {
    long low = sip.hash128(d0, d1, key, 0, key.length, valueHash);
    digest.remove(item, low, sip.secondHalf());
  }
}
