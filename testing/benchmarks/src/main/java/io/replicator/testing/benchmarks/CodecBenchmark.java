package io.replicator.testing.benchmarks;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.codec.BatchDecoder;
import io.replicator.link.codec.BatchEncoder;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.CompressedBatch;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.codec.Reassembler;
import io.replicator.testing.testkit.JsonValues;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Entries a second on one core, 2048 JSON values of about 200 bytes a batch. Baselines: a command a
 * row; a compressed message a value.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class CodecBenchmark {
  private static final int ENTRIES = 2048;
  private static final int LIMIT = 1 << 24;

  private final List<Change> changes = JsonBatches.changes(new JsonValues(1), 0, ENTRIES);
  private final Batch batch = JsonBatches.of(changes);
  private final byte[] columns = BatchEncoder.encode(batch);
  private final byte[] rows = RespRows.encode(changes);
  private final EncodedBatch encoded = EncodedBatch.of(batch, Compression.ZSTD, 3);

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public byte[] encodeColumns() {
    return BatchEncoder.encode(batch);
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public byte[] encodeRows() {
    return RespRows.encode(changes);
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public Batch decodeColumns() {
    return BatchDecoder.decode(JsonBatches.FEED, Lane.BACKFILL, columns);
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public List<Change> decodeRows() {
    return RespRows.decode(rows);
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public EncodedBatch encodeAndCompressBatch() {
    return EncodedBatch.of(batch, Compression.ZSTD, 3);
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public int compressEachValue() {
    int sum = 0;
    for (Change change : changes) {
      if (change instanceof Change.Put put && put.value() instanceof Value.StringValue string) {
        sum += Compression.ZSTD.compress(string.bytes(), 3).length;
      }
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public Optional<CompressedBatch> chunkAndReassemble() {
    return transfer();
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public Batch chunkReassembleAndDecode() {
    return transfer().orElseThrow().decode(JsonBatches.FEED, LIMIT);
  }

  private Optional<CompressedBatch> transfer() {
    Reassembler reassembler = new Reassembler(Compression.ZSTD, LIMIT, List.of(1));
    Chunker chunker = new Chunker(encoded, 1, Lane.BACKFILL, 1, 1024);
    Optional<CompressedBatch> arrived = Optional.empty();
    while (chunker.hasNext()) {
      arrived = reassembler.add(chunker.next());
    }
    return arrived;
  }
}
