package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.replicator.api.Batch;
import io.replicator.api.Lane;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.Frame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Whatever bytes come, a decoder gives a value or a {@link ProtocolException}, within its limits.
 *
 * <p>The normal build runs the inputs kept in {@code DecoderFuzzTestInputs}. To look for new ones:
 * {@code JAZZER_FUZZ=1 mvn -pl link/codec -am test -Dtest='DecoderFuzzTest#batch'}; they land in
 * {@code .cifuzz-corpus}, what fails in {@code DecoderFuzzTestInputs}.
 */
class DecoderFuzzTest {
  private static final int MAX_RAW_BYTES = 1 << 16;

  @FuzzTest(maxDuration = "3m")
  void batch(byte[] raw) {
    Batch batch;
    try {
      batch = BatchDecoder.decode(RandomBatches.FEED, Lane.LIVE, raw);
    } catch (CodecException e) {
      assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(600);
      return;
    }
    Batch again = BatchDecoder.decode(RandomBatches.FEED, Lane.LIVE, BatchEncoder.encode(batch));
    assertThat(BatchText.of(again)).isEqualTo(BatchText.of(batch));
  }

  @FuzzTest(maxDuration = "2m")
  void blocks(byte[] stream) throws IOException {
    Reassembler reassembler = new Reassembler(Compression.ZSTD, MAX_RAW_BYTES, List.of(1, 2));
    ByteArrayInputStream in = new ByteArrayInputStream(stream);
    try {
      while (true) {
        Frame frame = Frame.parseDelimitedFrom(in);
        if (frame == null) {
          return;
        }
        Optional<CompressedBatch> arrived = reassembler.add(frame.getBlock());
        if (arrived.isPresent()) {
          assertThat(arrived.get().data().length).isLessThanOrEqualTo(MAX_RAW_BYTES);
          assertThat(arrived.get().decode(RandomBatches.FEED, MAX_RAW_BYTES)).isNotNull();
        }
      }
    } catch (InvalidProtocolBufferException | ProtocolException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  @FuzzTest(maxDuration = "2m")
  void datagram(byte[] payload) { // P147, P152, P157
    try {
      Datagram datagram = DatagramFormat.parse(payload);
      if (datagram.hasBatch()) {
        Batch batch =
            DatagramFormat.decode(
                datagram.getBatch(), RandomBatches.FEED, Compression.ZSTD, new Dictionaries());
        assertThat(batch.cursor().isNone()).isTrue();
        assertThat(BatchEncoder.encode(batch).length).isLessThanOrEqualTo(2 * MAX_RAW_BYTES);
      }
      long[] end = {0};
      NumberRanges.decode(
          datagram.getAck().getReceivedList(),
          MAX_RAW_BYTES,
          (first, last) -> {
            assertThat(first).isGreaterThan(end[0]);
            assertThat(last).isBetween(first, (long) MAX_RAW_BYTES);
            end[0] = last;
          });
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(600);
    }
  }

  @FuzzTest(maxDuration = "2m")
  void decompress(FuzzedDataProvider input) {
    Compression compression = input.pickValue(Compression.values());
    int rawBytes = input.consumeInt(0, MAX_RAW_BYTES);
    byte[] data = input.consumeRemainingAsBytes();
    try {
      assertThat(compression.decompress(data, rawBytes, MAX_RAW_BYTES)).hasSize(rawBytes);
    } catch (CodecException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}
