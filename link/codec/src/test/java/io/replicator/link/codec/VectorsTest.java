package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.TextFormat;
import io.replicator.api.Batch;
import io.replicator.api.Lane;
import io.replicator.link.wire.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every vector of spec/vectors is read and, where it is a good one, written again to the byte. */
class VectorsTest {

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void theBytesMeanWhatTheVectorSays(String name, Vector vector) throws Exception {
    switch (vector.kind()) {
      case "frame" -> checkFrame(vector);
      case "batch" -> checkBatch(vector);
      case "bad-batch" -> checkBadBatch(vector);
      case "compressed" -> checkCompressed(vector);
      case "datagram" -> DatagramVectors.check(vector);
      case "bad-datagram" -> DatagramVectors.checkBad(vector);
      default -> throw new AssertionError(name + " is of unknown kind " + vector.kind());
    }
  }

  @Test
  void everyRuleThatAVectorNamesIsARuleOfTheProtocol() throws Exception {
    String protocol = Files.readString(Path.of("../../spec/protocol.md"));
    for (Vector vector : Vector.readAll()) {
      for (String rule : vector.rules()) {
        assertThat(protocol).as(vector.name()).contains("**" + rule + "**");
      }
    }
  }

  static Stream<Object[]> vectors() throws IOException {
    List<Vector> vectors = Vector.readAll();
    assertThat(vectors.size()).isGreaterThan(60);
    return vectors.stream().map(vector -> new Object[] {vector.name(), vector});
  }

  private static void checkFrame(Vector vector) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(vector.bytes());
    Frame frame = Frame.parseDelimitedFrom(in);
    assertThat(in.available()).isZero();
    assertThat(TextFormat.printer().printToString(frame)).isEqualTo(vector.means());
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    frame.writeDelimitedTo(again);
    assertThat(again.toByteArray()).isEqualTo(vector.bytes());
  }

  private static void checkBatch(Vector vector) {
    Lane lane = vector.means().startsWith("LIVE") ? Lane.LIVE : Lane.BACKFILL;
    Batch batch = BatchDecoder.decode(RandomBatches.FEED, lane, vector.bytes());
    assertThat(BatchText.of(batch)).isEqualTo(vector.means());
    assertThat(BatchEncoder.encode(batch)).isEqualTo(vector.bytes());
  }

  private static void checkBadBatch(Vector vector) {
    CodecException error =
        catchThrowableOfType(
            CodecException.class,
            () -> BatchDecoder.decode(RandomBatches.FEED, Lane.LIVE, vector.bytes()));
    assertThat(error).as(vector.what()).isNotNull();
    assertThat(error.category().name()).isEqualTo(vector.means().strip());
  }

  private static void checkCompressed(Vector vector) {
    Map<String, String> means = new LinkedHashMap<>();
    vector
        .means()
        .lines()
        .forEach(line -> means.put(line.split(": ", -1)[0], line.split(": ", -1)[1]));
    int rawBytes = Integer.parseInt(means.getOrDefault("raw_bytes", ""));
    Compression compression = Compression.parse(means.getOrDefault("codec", ""));
    byte[] raw = compression.decompress(vector.bytes(), rawBytes, rawBytes);
    assertThat(raw).isEqualTo(CompressionTest.text(400));
    assertThat(String.format("%016x", EncodedBatch.checksum(raw))).isEqualTo(means.get("checksum"));
  }
}
