package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Lane;
import io.replicator.link.codec.CodecException.Category;
import io.replicator.link.wire.Block;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunker and Reassembler as a pair (rules P50 to P57). */
class ChunkingTest {
  private static final int LIMIT = 1 << 20;

  @ParameterizedTest
  @EnumSource
  void aBatchSurvivesTheWholeWay(Compression compression) {
    Batch batch = new RandomBatches(3).next();
    EncodedBatch encoded = EncodedBatch.of(batch, compression, compression.defaultLevel());
    Reassembler reassembler = new Reassembler(compression, LIMIT, List.of(7));

    CompressedBatch arrived = transfer(new Chunker(encoded, 7, batch.lane(), 1, 100), reassembler);

    assertThat(BatchText.of(arrived.decode(batch.feed(), LIMIT))).isEqualTo(BatchText.of(batch));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 128, 1000})
  void cutsIntoBlocksOfTheSizeAskedFor(int size) {
    EncodedBatch encoded = uncompressed(size);
    Chunker chunker = new Chunker(encoded, 1, Lane.LIVE, 1, 64);

    List<Integer> sizes = new ArrayList<>();
    int left = size;
    while (chunker.hasNext()) {
      int announced = chunker.nextBlockBytes();
      assertThat(chunker.remainingBytes()).isEqualTo(left);
      Block block = chunker.next();
      assertThat(block.getData().size()).isEqualTo(announced);
      assertThat(block.getIndex()).isEqualTo(sizes.size());
      sizes.add(announced);
      left -= announced;
    }

    assertThat(left).isZero();
    assertThat(sizes).hasSize(Chunker.blockCount(size, 64));
    assertThat(sizes.subList(0, sizes.size() - 1))
        .allMatch(bytes -> bytes == 64)
        .hasSize(size == 0 ? 0 : (size - 1) / 64);
  }

  @Test
  void batchesOfSeveralFeedsAndLanesArriveMixed() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Reassembler reassembler = new Reassembler(Compression.ZSTD, LIMIT, List.of(1, 2, 3));
    List<Deque<Block>> lanes = new ArrayList<>();
    long number = 1;
    for (int feed = 1; feed <= 3; feed++) {
      for (Lane lane : Lane.values()) {
        Deque<Block> blocks = new ArrayDeque<>();
        for (int i = 0; i < 5; i++) {
          Chunker chunker =
              new Chunker(uncompressed(random.nextInt(1000)), feed, lane, number++, 64);
          while (chunker.hasNext()) {
            blocks.add(chunker.next());
          }
        }
        lanes.add(blocks);
      }
    }
    List<Long> arrived = new ArrayList<>();
    while (!lanes.isEmpty()) {
      Deque<Block> lane = lanes.get(random.nextInt(lanes.size()));
      if (lane.isEmpty()) {
        lanes.remove(lane);
      } else {
        reassembler.add(lane.remove()).ifPresent(batch -> arrived.add(batch.number()));
      }
    }
    assertThat(arrived).as("seed %d", seed).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void whatCompressionDoesNotShrinkTravelsAsItIs() {
    byte[] noise = new byte[1000];
    new Random(1).nextBytes(noise);

    EncodedBatch encoded = EncodedBatch.ofRaw(noise, Compression.ZSTD, 3, 1);

    assertThat(encoded.compression()).isEqualTo(Compression.NONE);
    assertThat(encoded.data()).isEqualTo(noise);
    assertThat(transfer(new Chunker(encoded, 1, Lane.LIVE, 1, 64), reassembler()).data())
        .isEqualTo(noise);
  }

  @Test
  void aTurnTellsHowManyKeysItsLoadHas() { // P170
    EncodedBatch turn = EncodedBatch.of(new RandomBatches(3).next(), Compression.ZSTD, 3);
    Chunker told = new Chunker(turn.opensLoadOf(1_000_000), 1, Lane.LIVE, 1, 64);

    assertThat(transfer(told, reassembler()).loadKeys()).isEqualTo(1_000_000);
    assertThat(transfer(new Chunker(turn, 1, Lane.LIVE, 1, 64), reassembler()).loadKeys()).isZero();
  }

  @Test
  void changedDataIsFoundByTheChecksum() {
    EncodedBatch encoded = EncodedBatch.of(new RandomBatches(3).next(), Compression.NONE, 0);
    byte[] changed = encoded.data().clone();
    changed[changed.length / 2] ^= 1;
    CompressedBatch arrived =
        new CompressedBatch(
            1, Lane.LIVE, 4, Compression.NONE, changed.length, encoded.checksum(), changed);

    CodecException error =
        catchThrowableOfType(CodecException.class, () -> arrived.decode(RandomBatches.FEED, LIMIT));
    assertThat(error.category()).isEqualTo(Category.CHECKSUM);
    assertThat(error.error()).isEqualTo(WireError.CHECKSUM);
    assertThat(error).hasMessageStartingWith("batch 4 has checksum");
  }

  @Test
  void blocksOutOfOrderAreRefused() {
    List<Block> blocks = blocks(300, 1);

    refused(WireError.BLOCK_ORDER, blocks.get(1));
    refused(WireError.BLOCK_ORDER, blocks.get(0), blocks.get(2));
    refused(WireError.BLOCK_ORDER, blocks.get(0), blocks.get(1), blocks.get(1));
    refused(WireError.BLOCK_ORDER, blocks.get(0), blocks.get(0));
  }

  @Test
  void anotherBatchInTheMiddleIsRefused() {
    refused(WireError.BLOCK_ORDER, blocks(300, 1).get(0), blocks(300, 2).get(0));
    refused(WireError.BLOCK_ORDER, blocks(300, 1).get(0), blocks(300, 2).get(1));
  }

  @Test
  void batchNumbersOnlyGrow() {
    refused(WireError.BLOCK_ORDER, blocks(10, 2).get(0), blocks(10, 2).get(0));
    refused(WireError.BLOCK_ORDER, blocks(10, 2).get(0), blocks(10, 1).get(0));
    refused(WireError.BLOCK_ORDER, blocks(10, 1).get(0).toBuilder().setBatch(0).build());
  }

  @Test
  void headersStandInTheFirstBlockAndThereOnly() {
    List<Block> blocks = blocks(300, 1);

    refused(WireError.BLOCK_ORDER, blocks.get(0).toBuilder().clearHeader().build());
    refused(
        WireError.BLOCK_ORDER,
        blocks.get(0),
        blocks.get(1).toBuilder().setHeader(blocks.get(0).getHeader()).build());
  }

  @Test
  void moreBytesThanAnnouncedAreRefused() {
    List<Block> blocks = blocks(70, 1);
    ByteString tooMuch = ByteString.copyFrom(new byte[7]);

    refused(
        WireError.BLOCK_ORDER, blocks.get(0), blocks.get(1).toBuilder().setData(tooMuch).build());
  }

  @Test
  void emptyBlocksDoNotKeepABatchOpenForEver() {
    List<Block> blocks = blocks(300, 1);

    refused(WireError.BLOCK_ORDER, blocks.get(0), blocks.get(1).toBuilder().clearData().build());
    refused(WireError.BLOCK_ORDER, blocks.get(0).toBuilder().clearData().build());
  }

  @Test
  void unknownFeedsLanesAndCodecsAreRefused() {
    Block block = blocks(10, 1).get(0);

    refused(WireError.UNKNOWN_FEED, block.toBuilder().setFeed(2).build());
    refused(WireError.BAD_FRAME, block.toBuilder().setLaneValue(2).build());
    refused(
        WireError.BAD_BATCH,
        block.toBuilder().setHeader(block.getHeader().toBuilder().setCodecValue(99)).build());
    refused(
        WireError.BAD_BATCH,
        block.toBuilder()
            .setHeader(block.getHeader().toBuilder().setCodec(Compression.XZ.codec()))
            .build());
  }

  @Test
  void aBatchAboveTheLimitIsRefusedBeforeItComes() {
    Block block = blocks(10, 1).get(0);

    refused(
        WireError.BATCH_TOO_LARGE,
        block.toBuilder().setHeader(block.getHeader().toBuilder().setRawBytes(LIMIT + 1)).build());
    refused(
        WireError.BATCH_TOO_LARGE,
        block.toBuilder().setHeader(block.getHeader().toBuilder().setRawBytes(-1)).build());
    refused(
        WireError.BATCH_TOO_LARGE,
        block.toBuilder().setHeader(block.getHeader().toBuilder().setSentBytes(11)).build());
  }

  @Test
  void impossibleChunkersCannotBeMade() {
    assertThatThrownBy(() -> new Chunker(uncompressed(1), 1, Lane.LIVE, 1, 63))
        .hasMessage("blocks of 63 bytes: 64 to 65536 expected");
    assertThatThrownBy(() -> new Chunker(uncompressed(1), 1, Lane.LIVE, 0, 64))
        .hasMessage("batch number 0 is less than 1");
  }

  private static CompressedBatch transfer(Chunker chunker, Reassembler reassembler) {
    Optional<CompressedBatch> arrived = Optional.empty();
    while (chunker.hasNext()) {
      assertThat(arrived).isEmpty();
      arrived = reassembler.add(chunker.next());
    }
    return arrived.orElseThrow();
  }

  private static void refused(WireError error, Block... blocks) {
    Reassembler reassembler = reassembler();
    for (int i = 0; i < blocks.length - 1; i++) {
      reassembler.add(blocks[i]);
    }
    ProtocolException thrown =
        catchThrowableOfType(
            ProtocolException.class, () -> reassembler.add(blocks[blocks.length - 1]));
    assertThat(thrown).isNotNull();
    assertThat(thrown.error()).as(thrown.getMessage()).isEqualTo(error);
  }

  private static Reassembler reassembler() {
    return new Reassembler(Compression.ZSTD, LIMIT, List.of(1));
  }

  private static List<Block> blocks(int size, long number) {
    Chunker chunker = new Chunker(uncompressed(size), 1, Lane.LIVE, number, 64);
    List<Block> blocks = new ArrayList<>();
    while (chunker.hasNext()) {
      blocks.add(chunker.next());
    }
    return blocks;
  }

  private static EncodedBatch uncompressed(int size) {
    return EncodedBatch.ofRaw(CompressionTest.text(size), Compression.NONE, 0, 0);
  }
}
