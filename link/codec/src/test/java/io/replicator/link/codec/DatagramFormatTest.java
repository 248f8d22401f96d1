package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.wire.DatagramBatch;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches that are datagrams (P147, P157). */
final class DatagramFormatTest {
  private static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);

  private static EncodedBatch encoded(int valueBytes) {
    Change change = new Change.Put(Key.of("k"), 12, new Value.StringValue(new byte[valueBytes]), 0);
    Batch batch =
        new Batch(FEED, Lane.LIVE, 7, 12, List.of(change), Cursor.NONE, false, false, null);
    return EncodedBatch.of(batch, Compression.ZSTD, 3);
  }

  @Test
  void isDecodableAlone() { // P147
    byte[] payload = DatagramFormat.encode(3, 99, 11, encoded(400));
    DatagramBatch datagram = DatagramFormat.parse(payload).getBatch();
    assertThat(datagram.getFeed()).isEqualTo(3);
    assertThat(datagram.getNumber()).isEqualTo(99);
    assertThat(datagram.getPassed()).isEqualTo(11);
    Batch batch = DatagramFormat.decode(datagram, FEED, Compression.ZSTD, new Dictionaries());
    assertThat(batch.changes()).hasSize(1);
    assertThat(batch.changes().getFirst().version()).isEqualTo(12);
    assertThat(batch.cursor()).isEqualTo(Cursor.NONE);
  }

  @Test
  void hasTheseBytes() { // P146, P147: the form on the wire
    EncodedBatch batch = new EncodedBatch(Compression.NONE, 2, new byte[] {1, 2}, 0x0102L, 1);
    assertThat(HexFormat.of().formatHex(DatagramFormat.encode(1, 2, 3, batch)))
        .isEqualTo("1217080110021803200128023102010000000000003a020102");
  }

  @Test
  void fewBytesStandAroundTheData() {
    EncodedBatch batch = encoded(10);
    long large = Long.MAX_VALUE;
    int around = DatagramFormat.encode(1024, large, large, batch).length - batch.data().length;
    assertThat(around).isLessThanOrEqualTo(DatagramFormat.OVERHEAD_BYTES);
  }

  @Test
  void anotherCodecThanAgreedIsRefused() { // P147
    DatagramBatch datagram =
        DatagramFormat.parse(DatagramFormat.encode(1, 1, 1, encoded(400))).getBatch();
    assertThatThrownBy(
            () -> DatagramFormat.decode(datagram, FEED, Compression.GZIP, new Dictionaries()))
        .isInstanceOf(CodecException.class);
  }

  @Test
  void changedBytesAreRefused() { // P147, P157
    DatagramBatch datagram =
        DatagramFormat.parse(DatagramFormat.encode(1, 1, 1, encoded(400))).getBatch();
    DatagramBatch changed = datagram.toBuilder().setChecksum(datagram.getChecksum() + 1).build();
    assertThatThrownBy(
            () -> DatagramFormat.decode(changed, FEED, Compression.ZSTD, new Dictionaries()))
        .isInstanceOf(CodecException.class);
    DatagramBatch large =
        datagram.toBuilder().setRawBytes(DatagramFormat.MAX_RAW_BYTES + 1).build();
    assertThatThrownBy(
            () -> DatagramFormat.decode(large, FEED, Compression.ZSTD, new Dictionaries()))
        .isInstanceOf(CodecException.class);
    assertThatThrownBy(() -> DatagramFormat.parse(new byte[] {(byte) 0xff, 1, 2}))
        .isInstanceOf(CodecException.class);
  }
}
