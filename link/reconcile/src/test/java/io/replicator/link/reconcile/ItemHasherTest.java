package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
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
    long item = hasher.item(key, 42);
    assertThat(hasher.item(key, 42)).isEqualTo(item);
    assertThat(hasher.item(key, 43)).isNotEqualTo(item);
    assertThat(hasher.item("key:2".getBytes(StandardCharsets.US_ASCII), 42)).isNotEqualTo(item);
    byte[] other = SALT.clone();
    other[3]++;
    assertThat(new ItemHasher(other).item(key, 42)).isNotEqualTo(item);
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
    hasher.remove(other, hasher.item(key, 1), key, 1);
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
    hasher.add(digest, hasher.item(bytes, valueHash), bytes, valueHash);
  }
}
