package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Value;
import io.replicator.api.Value.Field;
import io.replicator.api.Value.ScoredMember;
import io.replicator.api.Value.StreamEntry;
import io.replicator.api.ValueHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The vectors in spec/vectors/reconcile/values.txt are what {@link ValueHash} makes of values as
 * they travel (P210): whoever hashes in another language reads them. {@code
 * -Dreplicator.writeVectors=true} writes them anew.
 */
class ValueHashVectorsTest {
  private static final Path FILE = Path.of("../../spec/vectors/reconcile/values.txt");
  private static final long EXPIRES = 1_700_000_000_123L;

  @Test
  void hashesOfValues() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Value value : values()) {
      lines.add(line(value, 0));
    }
    lines.add(line(text("expires"), EXPIRES));
    lines.add(line(new Value.SetValue(List.of(bytes("a"), bytes("b"))), EXPIRES));
    if (Boolean.getBoolean("replicator.writeVectors")) {
      Files.write(FILE, lines);
    }
    assertThat(Files.readAllLines(FILE)).isEqualTo(lines);
  }

  private static List<Value> values() {
    List<Value> values = new ArrayList<>();
    for (int length : new int[] {0, 1, 3, 4, 8, 9, 16, 17, 100, 128, 129, 200, 240, 241, 1100}) {
      values.add(text("x".repeat(length)));
    }
    values.add(new Value.StringValue(new byte[] {(byte) 0xff, 0, (byte) 0x80, 'a'}));
    values.add(text("\u00fcber \u20ac \ud83d\ude00"));
    values.add(new Value.ListValue(List.of(bytes("a"), bytes(""), bytes("b"))));
    values.add(new Value.SetValue(List.of(bytes("b"), bytes("a"), new byte[] {(byte) 0xfe})));
    values.add(
        new Value.HashValue(
            List.of(
                new Field(bytes("a"), bytes("1"), 0),
                new Field(bytes("b"), bytes("2"), EXPIRES),
                new Field(new byte[] {(byte) 0xc3}, bytes("x".repeat(300)), 0))));
    values.add(
        new Value.SortedSetValue(
            List.of(
                new ScoredMember(bytes("low"), Double.NEGATIVE_INFINITY),
                new ScoredMember(bytes("zero"), -0.0),
                new ScoredMember(bytes("half"), 0.5),
                new ScoredMember(bytes("high"), 1e300))));
    values.add(
        new Value.StreamValue(
            List.of(
                new StreamEntry("1-1", List.of(bytes("f"), bytes("v"), bytes("f"), bytes("w"))),
                new StreamEntry("1700000000000-7", List.of(bytes("g"), bytes("")))),
            "1700000000000-8",
            9,
            "0-3"));
    values.add(new Value.StreamValue(List.of(), "", -1, ""));
    values.add(new Value.OpaqueValue("MBbloom--", bytes("content-0123456789")));
    values.add(new Value.OpaqueValue("ReJSON-RL", bytes("short")));
    return values;
  }

  private static String line(Value value, long expiresAtMillis) {
    ByteColumn column = new ByteColumn(16);
    new ValueWriter(column).write(value);
    byte[] encoded = new byte[column.size()];
    column.copyTo(encoded, 0);
    return "kind %d expires %d value %s hash %016x"
        .formatted(
            kind(value),
            expiresAtMillis,
            HexFormat.of().formatHex(encoded),
            ValueHash.of(value, expiresAtMillis));
  }

  private static int kind(Value value) {
    return switch (value) {
      case Value.StringValue string -> 1;
      case Value.HashValue hash -> 2;
      case Value.ListValue list -> 3;
      case Value.SetValue set -> 4;
      case Value.SortedSetValue zset -> 5;
      case Value.StreamValue stream -> 6;
      case Value.OpaqueValue opaque -> 7;
    };
  }

  private static Value text(String text) {
    return new Value.StringValue(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
