package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Items and digests are what the SipHash paper says, and depend on all they are made of (P101). */
class ItemHasherTest {
  private static final byte[] SALT =
      HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

  @Test
  void sipHashGivesThePapersVector() {
    byte[] message = HexFormat.of().parseHex("00010203040506");
    long word = 0x0e0d0c0b0a090807L;
    long hash =
        new SipHash()
            .hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, message, 0, message.length, word);
    assertThat(hash).isEqualTo(0xa129ca6149be45e5L);
  }

  @Test
  void sipHash128GivesTheReferenceVector() {
    SipHash sip = new SipHash();
    long low =
        sip.hash128(
            0x0706050403020100L, 0x0f0e0d0c0b0a0908L, new byte[0], 0, 0, 0x0706050403020100L);
    assertThat(Long.reverseBytes(low)).isEqualTo(0x3b62a9ba6258f561L);
    assertThat(Long.reverseBytes(sip.secondHalf())).isEqualTo(0x0f83e264f31497b4L);
  }

  @Test
  void anItemDependsOnKeyValueAndSalt() {
    ItemHasher hasher = new ItemHasher(SALT);
    byte[] key = "key:1".getBytes(StandardCharsets.US_ASCII);
    long id = hasher.id(key);
    long item = hasher.item(id, 42);
    assertThat(id).isBetween(1L, Field.PRIME - 1);
    assertThat(hasher.id(key)).isEqualTo(id);
    assertThat(hasher.item(id, 42)).isEqualTo(item);
    assertThat(hasher.item(id, 43)).isNotEqualTo(item);
    assertThat(hasher.id("key:2".getBytes(StandardCharsets.US_ASCII))).isNotEqualTo(id);
    assertThat(ItemHasher.mark(0x80000000L)).isEqualTo(1);
    assertThat(ItemHasher.mark(-1)).isEqualTo(Integer.MAX_VALUE);
    byte[] other = SALT.clone();
    other[3]++;
    assertThat(new ItemHasher(other).id(key)).isNotEqualTo(id);
    assertThat(new ItemHasher(other).item(id, 42)).isNotEqualTo(item);
  }

  @Test
  void theFieldsArithmeticIsThatOfBigIntegers() {
    long seed = 8;
    Random random = new Random(seed);
    BigInteger prime = BigInteger.valueOf(Field.PRIME);
    for (int i = 0; i < 10_000; i++) {
      long one = i == 0 ? Field.PRIME - 1 : random.nextLong(Field.PRIME);
      long other = i < 2 ? Field.PRIME - 1 : random.nextLong(Field.PRIME);
      BigInteger first = BigInteger.valueOf(one);
      BigInteger second = BigInteger.valueOf(other);
      assertThat(Field.multiply(one, other))
          .isEqualTo(first.multiply(second).mod(prime).longValueExact());
      assertThat(Field.add(one, other)).isEqualTo(first.add(second).mod(prime).longValueExact());
      assertThat(Field.subtract(one, other))
          .isEqualTo(first.subtract(second).mod(prime).longValueExact());
      int number = i == 2 ? Integer.MIN_VALUE : i == 3 ? -1 : random.nextInt() | 1;
      assertThat(Field.multiply(Field.of(number), Field.inverse(number)))
          .as("seed %d: inverse of %d", seed, number)
          .isEqualTo(1);
    }
  }

  @Test
  void wantedIdsTravelInFourBytesAndAreBounded() {
    long seed = 9;
    Random random = new Random(seed);
    long[] prefixes =
        Arrays.stream(Sets.ids(random, 100_000))
            .map(WantedIds::prefix)
            .sorted()
            .distinct()
            .toArray();
    byte[] bytes = WantedIds.encode(prefixes, 0, prefixes.length);
    assertThat(WantedIds.decode(bytes)).isEqualTo(prefixes);
    assertThat(bytes.length / (double) prefixes.length).isLessThan(4.1);
    assertThat(WantedIds.prefix(Field.PRIME - 1)).isEqualTo(1L << 40);
    assertThat(WantedIds.decode(WantedIds.encode(new long[] {1L << 40}, 0, 1))).hasSize(1);
    assertThatThrownBy(() -> WantedIds.decode(new byte[] {0})).hasMessageContaining("ascending");
    assertThatThrownBy(() -> WantedIds.decode(new byte[] {-1})).hasMessageContaining("varint");
    assertThatThrownBy(() -> WantedIds.decode(new byte[] {-1, -1, -1, -1, -1, -1, 1}))
        .hasMessageContaining("varint");
    assertThatThrownBy(() -> WantedIds.decode(new byte[] {-1, -1, -1, -1, -1, 127}))
        .hasMessageContaining("1 to 2^40");
  }

  @Test
  void aDigestIsWhatItHoldsWhateverTheOrder() {
    ItemHasher hasher = new ItemHasher(SALT);
    long seed = 7;
    Random random = new Random(seed);
    Digest one = new Digest();
    Digest other = new Digest();
    long[] hashes = random.longs(1000).toArray();
    for (int i = 0; i < hashes.length; i++) {
      put(hasher, one, i, hashes[i]);
      put(hasher, other, hashes.length - 1 - i, hashes[hashes.length - 1 - i]);
    }
    assertThat(one.total()).isEqualTo(other.total());
    assertThat(one.count()).isEqualTo(1000);
    put(hasher, other, 5000, 1);
    assertThat(one.total()).isNotEqualTo(other.total());
    assertThat(one.differing(other).cardinality()).isEqualTo(1);
    byte[] key = "5000".getBytes(StandardCharsets.US_ASCII);
    hasher.remove(other, hasher.item(hasher.id(key), 1), key, 1);
    assertThat(one.total()).isEqualTo(other.total());
    Digest difference = one.copy();
    difference.removeAll(other);
    assertThat(difference.total()).containsOnly(0);
    assertThat(Digest.of(one.toBytes(), 1000).total()).isEqualTo(one.total());
  }

  @Test
  void saltsAndDigestsOfAnotherLengthAreRefused() {
    assertThatThrownBy(() -> new ItemHasher(new byte[16])).hasMessageContaining("16 bytes: 32");
    assertThatThrownBy(() -> Digest.of(new byte[3], 1)).hasMessageContaining("3 bytes: 16384");
  }

  private static void put(ItemHasher hasher, Digest digest, int key, long valueHash) {
    byte[] bytes = Integer.toString(key).getBytes(StandardCharsets.US_ASCII);
    hasher.add(digest, hasher.item(hasher.id(bytes), valueHash), bytes, valueHash);
  }
}
