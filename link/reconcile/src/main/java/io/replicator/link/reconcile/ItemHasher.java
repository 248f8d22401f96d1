package io.replicator.link.reconcile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes ids, items, marks and digests of keys with value hashes under one salt. The value hash has
 * the absolute expiry in it. Not thread-safe: one for each thread.
 *
 * <pre>
 *   salt     k0 k1 | d0 d1                                        four words, little-endian
 *   id       SipHash-2-4-64  (k0 k1, key ++ 0) &gt;&gt;&gt; 3              of the key alone: 1 to 2^61 - 2
 *   item     SipHash-2-4-64  (k0 k1, id ++ value hash)            0 is taken for 1
 *   mark     the lowest 31 bits of the item                       0 is taken for 1
 *   digest   SipHash-2-4-128 (d0 d1, key ++ value hash)           independent of the others
 * </pre>
 */
public final class ItemHasher {
  /** Bytes of a salt. */
  public static final int SALT_BYTES = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final SipHash sip = new SipHash();
  private final byte[] idBytes = new byte[8];
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

  /** What stands for this key whatever it holds; never 0. */
  public long id(byte[] key) {
    long id = sip.hash(k0, k1, key, 0, key.length, 0) >>> 3;
    return id == 0 || id == Field.PRIME ? 1 : id;
  }

  /** What stands for the key of this id with this value; never 0. */
  public long item(long id, long valueHash) {
    LONGS.set(idBytes, 0, id);
    long item = sip.hash(k0, k1, idBytes, 0, idBytes.length, valueHash);
    return item == 0 ? 1 : item;
  }

  /** What stands for the value in an item, from 1 to 2^31 - 1. */
  public static int mark(long item) {
    int mark = (int) item & Integer.MAX_VALUE;
    return mark == 0 ? 1 : mark;
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
