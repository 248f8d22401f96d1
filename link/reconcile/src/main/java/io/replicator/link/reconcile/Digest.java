package io.replicator.link.reconcile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * What proves that two sets are the same: their count and, in 1,024 buckets, sums modulo 2^128 of a
 * keyed 128-bit hash of each of their elements. Adding and taking out commute, so it is kept up to
 * date for nothing, and the digest of a union is the sum of digests.
 */
public final class Digest {
  public static final int BUCKETS = 1024;

  /** Bytes of {@link #total}. */
  public static final int TOTAL_BYTES = 16;

  private final long[] low = new long[BUCKETS];
  private final long[] high = new long[BUCKETS];
  private long count;

  /** The bucket of an item: its ten highest bits. */
  public static int bucketOf(long item) {
    return (int) (item >>> 54);
  }

  void add(long item, long addLow, long addHigh) {
    int bucket = bucketOf(item);
    long sum = low[bucket] + addLow;
    high[bucket] += addHigh + (Long.compareUnsigned(sum, addLow) < 0 ? 1 : 0);
    low[bucket] = sum;
    count++;
  }

  void remove(long item, long takeLow, long takeHigh) {
    int bucket = bucketOf(item);
    long before = low[bucket];
    low[bucket] = before - takeLow;
    high[bucket] -= takeHigh + (Long.compareUnsigned(before, takeLow) < 0 ? 1 : 0);
    count--;
  }

  /** This one and the other together. */
  public void addAll(Digest other) {
    for (int i = 0; i < BUCKETS; i++) {
      long sum = low[i] + other.low[i];
      high[i] += other.high[i] + (Long.compareUnsigned(sum, other.low[i]) < 0 ? 1 : 0);
      low[i] = sum;
    }
    count += other.count;
  }

  /** This one without the other. */
  public void removeAll(Digest other) {
    for (int i = 0; i < BUCKETS; i++) {
      long before = low[i];
      low[i] = before - other.low[i];
      high[i] -= other.high[i] + (Long.compareUnsigned(before, other.low[i]) < 0 ? 1 : 0);
    }
    count -= other.count;
  }

  public long count() {
    return count;
  }

  /** The sum over all buckets, little-endian. */
  public byte[] total() {
    long sumLow = 0;
    long sumHigh = 0;
    for (int i = 0; i < BUCKETS; i++) {
      sumLow += low[i];
      sumHigh += high[i] + (Long.compareUnsigned(sumLow, low[i]) < 0 ? 1 : 0);
    }
    return ByteBuffer.allocate(TOTAL_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(sumLow)
        .putLong(sumHigh)
        .array();
  }

  /** The total of two digests together. */
  public static byte[] sum(byte[] one, byte[] other) {
    ByteBuffer a = ByteBuffer.wrap(one).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer b = ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN);
    long sumLow = a.getLong() + b.getLong();
    long carry = Long.compareUnsigned(sumLow, a.getLong(0)) < 0 ? 1 : 0;
    return ByteBuffer.allocate(TOTAL_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(sumLow)
        .putLong(a.getLong() + b.getLong() + carry)
        .array();
  }

  /** The buckets in which the two are not the same. */
  public BitSet differing(Digest other) {
    BitSet differing = new BitSet(BUCKETS);
    for (int i = 0; i < BUCKETS; i++) {
      differing.set(i, low[i] != other.low[i] || high[i] != other.high[i]);
    }
    return differing;
  }

  /** All buckets, 16 bytes each. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BUCKETS * 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < BUCKETS; i++) {
      bytes.putLong(low[i]).putLong(high[i]);
    }
    return bytes.array();
  }

  public static Digest of(byte[] buckets, long count) {
    if (buckets.length != BUCKETS * 16) {
      throw new BadSymbols(
          "a digest of " + buckets.length + " bytes: " + BUCKETS * 16 + " expected");
    }
    Digest digest = new Digest();
    ByteBuffer bytes = ByteBuffer.wrap(buckets).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < BUCKETS; i++) {
      digest.low[i] = bytes.getLong();
      digest.high[i] = bytes.getLong();
    }
    digest.count = count;
    return digest;
  }

  public Digest copy() {
    Digest copy = new Digest();
    copy.addAll(this);
    return copy;
  }
}
