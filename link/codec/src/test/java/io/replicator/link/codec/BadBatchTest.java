package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.link.codec.CodecException.Category;
import io.replicator.link.wire.Batch;
import io.replicator.link.wire.HashValue;
import io.replicator.link.wire.OpaqueValue;
import io.replicator.link.wire.SortedSetValue;
import io.replicator.link.wire.StreamEntry;
import io.replicator.link.wire.StreamValue;
import io.replicator.link.wire.VersionChain;
import io.replicator.link.wire.VersionList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a hostile or broken hub might send instead of a batch (rule P44). */
class BadBatchTest {

  @Test
  void refusesAnUnknownKind() {
    refused(valid().clearKinds().addKinds(8), Category.BAD_VALUE, "kind 8 of key a");
    refused(valid().clearKinds().addKinds(64 + 1), Category.BAD_VALUE, "kind 65");
    refused(valid().clearKinds().addKinds(16), Category.BAD_VALUE, "kind 16");
  }

  @Test
  void refusesAKeyThatSharesMoreThanThereIs() {
    refused(valid().setKeyShared(0, 1), Category.BAD_VALUE, "shares 1 bytes with one of 0");
  }

  @Test
  void refusesAKeyThatSharesMoreThanALittle() {
    Batch.Builder batch =
        Batch.newBuilder()
            .addAllKinds(java.util.List.of(0, 0))
            .addAllKeyShared(java.util.List.of(0, 256))
            .addAllKeyLengths(java.util.List.of(300, 0))
            .setKeys(ByteString.copyFrom(new byte[300]))
            .addAllVersions(java.util.List.of(1L, 1L));
    refused(batch, Category.BAD_VALUE, "shares 256 bytes");
  }

  @Test
  void refusesLengthsThatPointBehindTheEnd() {
    refused(valid().setKeyLengths(0, 2), Category.TRUNCATED, "a key of 2 bytes where 1 are left");
    refused(valid().setKeyLengths(0, -1), Category.TRUNCATED, "a key of 4294967295 bytes");
    refused(valid().setValueLengths(0, 5), Category.TRUNCATED, "5 bytes where 1 are left");
  }

  @Test
  void refusesColumnsThatAreTooLongForTheEntries() {
    refused(valid().addKeyShared(0), Category.BAD_VALUE, "column key_shared has 1 bytes");
    refused(valid().addVersions(0), Category.BAD_VALUE, "column versions");
    refused(valid().addExpiries(9), Category.BAD_VALUE, "column expiries");
    refused(valid().addParts(0), Category.BAD_VALUE, "column parts");
    refused(valid().setValues(ByteString.copyFromUtf8("vw")), Category.BAD_VALUE, "column values");
    refused(valid().clearKinds(), Category.BAD_VALUE, "column key_shared");
  }

  @Test
  void refusesColumnsThatAreTooShortForTheEntries() {
    refused(valid().clearVersions(), Category.TRUNCATED, "");
    refused(valid().clearValueLengths(), Category.TRUNCATED, "");
    refused(valid().setKinds(0, 1 + 16), Category.TRUNCATED, "");
    refused(valid().setKinds(0, 1 + 32), Category.TRUNCATED, "");
  }

  @Test
  void refusesVersionsBelowOne() {
    refused(valid().setVersions(0, -7), Category.BAD_VALUE, "version -7 is less than 1");
    refused(valid().setReadVersion(-1), Category.BAD_VALUE, "");
  }

  @Test
  void refusesAnExpiryThatIsNoTime() {
    refused(valid().setKinds(0, 1 + 16).addExpiries(-5), Category.BAD_VALUE, "expiry -5 of key a");
    refused(valid().setKinds(0, 1 + 16).addExpiries(0), Category.BAD_VALUE, "expiry 0 of key a");
  }

  @Test
  void refusesAColumnThatStandsTwice() {
    byte[] once = valid().build().toByteArray();
    byte[] twice = Arrays.copyOf(once, once.length * 2);
    System.arraycopy(once, 0, twice, once.length, once.length);

    refused(twice, Category.MALFORMED, "stands twice");
  }

  @Test
  void refusesAnUnpackedColumn() {
    // field 7 as a varint
    refused(new byte[] {7 << 3, 1}, Category.MALFORMED, "field 7 has wire type 0");
  }

  @Test
  void refusesMoreEntriesThanTheLimit() {
    Batch.Builder batch =
        Batch.newBuilder().addAllKinds(Collections.nCopies(BatchEncoder.MAX_ENTRIES + 1, 0));
    refused(batch, Category.TOO_LARGE, "262145 entries");
  }

  @Test
  void refusesValuesThatAreNotWhole() {
    refusedValue(
        2,
        HashValue.newBuilder().addNames(utf8("n")).build().toByteString(),
        "0 hash values, 1 names");
    refusedValue(
        2,
        HashValue.newBuilder()
            .addNames(utf8("n"))
            .addValues(utf8("v"))
            .addExpiries(1)
            .addExpiries(2)
            .build()
            .toByteString(),
        "expiries");
    refusedValue(
        2,
        HashValue.newBuilder()
            .addNames(utf8("n"))
            .addValues(utf8("v"))
            .addExpiries(-1)
            .build()
            .toByteString(),
        "expiresAtMillis -1 is negative");
    refusedValue(
        5,
        SortedSetValue.newBuilder().addMembers(utf8("m")).build().toByteString(),
        "0 bytes of scores");
    refusedValue(
        5,
        SortedSetValue.newBuilder()
            .addMembers(utf8("m"))
            .addScores(Double.NaN)
            .build()
            .toByteString(),
        "NaN");
  }

  @Test
  void refusesStreamsThatAreNone() {
    refusedValue(6, stream(StreamEntry.newBuilder().setId("1")), "stream id '1'");
    refusedValue(6, stream(StreamEntry.newBuilder().setId("1-")), "stream id '1-'");
    refusedValue(6, stream(StreamEntry.newBuilder()), "without id");
    refusedValue(
        6,
        stream(StreamEntry.newBuilder().setId("1-1").addFieldsAndValues(utf8("f"))),
        "a field without a value");
  }

  @Test
  void refusesAModuleTypeThatIsNoName() {
    ByteString control = OpaqueValue.newBuilder().setModuleType("a\nb").build().toByteString();
    refusedValue(7, control, "printable ASCII");
    ByteString longName =
        OpaqueValue.newBuilder().setModuleType("x".repeat(65)).build().toByteString();
    refusedValue(7, longName, "65 bytes: at most 64");
  }

  @Test
  void refusesAChainThatGoesBack() {
    VersionChain chain =
        VersionChain.newBuilder()
            .setVersion(9)
            .addLists(VersionList.newBuilder().setVersion(4))
            .addLists(VersionList.newBuilder().setVersion(4))
            .build();
    refused(valid().setChain(chain), Category.BAD_VALUE, "4 after 4");
  }

  @Test
  void refusesACursorPartThatIsTooLarge() {
    refused(
        valid().setLiveCursor(ByteString.copyFrom(new byte[1025])),
        Category.BAD_VALUE,
        "1025 bytes");
  }

  @Test
  void everyTruncationOfABatchIsRefusedOrABatchOfItsOwn() {
    byte[] whole = BatchEncoder.encode(new RandomBatches(11).next());
    for (int length = 0; length < whole.length; length++) {
      decodesOrRefuses(Arrays.copyOf(whole, length));
    }
  }

  @Test
  void everyFlippedByteIsRefusedOrABatchOfItsOwn() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    RandomBatches batches = new RandomBatches(seed);
    int refusals = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] raw = BatchEncoder.encode(batches.next());
      if (raw.length > 0) {
        raw[random.nextInt(raw.length)] ^= (byte) (1 << random.nextInt(8));
        refusals += decodesOrRefuses(raw) ? 0 : 1;
      }
    }
    assertThat(refusals).as("refusals of 3000, seed %d", seed).isGreaterThan(100);
  }

  @Test
  void aLongKeyInAnErrorIsCutShort() {
    Change.Remove huge = new Change.Remove(Key.of("k".repeat(10_000)), 1);
    byte[] raw = BatchEncoder.encode(BatchCodecTest.batchOf(huge));
    CodecException error =
        catchThrowableOfType(
            CodecException.class,
            () ->
                BatchCodecTest.decode(
                    io.replicator.link.wire.Batch.parseFrom(raw).toBuilder()
                        .setKinds(0, 9)
                        .build()
                        .toByteArray()));
    assertThat(error.frame().getError().getText())
        .hasSizeLessThan(600)
        .startsWith("kind 9 of key kkk");
  }

  private static boolean decodesOrRefuses(byte[] raw) {
    try {
      BatchCodecTest.decode(raw);
      return true;
    } catch (CodecException e) {
      assertThat(e).hasMessageNotContaining("null");
      return false;
    }
  }

  private static ByteString stream(StreamEntry.Builder entry) {
    return StreamValue.newBuilder().addEntries(entry).build().toByteString();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** One put of key a = v. */
  private static Batch.Builder valid() {
    return Batch.newBuilder()
        .setEpoch(1)
        .addKinds(1)
        .addKeyShared(0)
        .addKeyLengths(1)
        .setKeys(utf8("a"))
        .addVersions(3)
        .addValueLengths(1)
        .setValues(utf8("v"));
  }

  private static void refusedValue(int kind, ByteString value, String message) {
    refused(
        valid().setKinds(0, kind).setValueLengths(0, value.size()).setValues(value),
        Category.BAD_VALUE,
        message);
  }

  private static void refused(Batch.Builder batch, Category category, String message) {
    refused(batch.build().toByteArray(), category, message);
  }

  private static void refused(byte[] raw, Category category, String message) {
    CodecException error =
        catchThrowableOfType(CodecException.class, () -> BatchCodecTest.decode(raw));
    assertThat(error).as(message).isNotNull().hasMessageContaining(message);
    assertThat(error.category()).isEqualTo(category);
  }
}
