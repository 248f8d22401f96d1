package io.replicator.link.codec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * One byte vector of spec/vectors: what it proves, its bytes, and what they mean.
 *
 * <pre>
 *   rules: P42 P43
 *   what: neighbours share the beginning of their keys
 *   kind: batch
 *   hex:
 *     09 01 00 …
 *   means:
 *     epoch: 1
 * </pre>
 *
 * @param kind frame, batch, or bad-batch
 * @param means for people and for the test, line by line
 */
record Vector(
    String name, List<String> rules, String what, String kind, byte[] bytes, String means) {
  private static final int BYTES_A_LINE = 32;

  static final Path FOLDER = Path.of("../../spec/vectors");

  static List<Vector> readAll() throws IOException {
    List<Vector> vectors = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".txt")).sorted().toList()) {
        vectors.add(read(file));
      }
    }
    return vectors;
  }

  static Vector read(Path file) throws IOException {
    String name = file.getFileName().toString().replace(".txt", "");
    String text = Files.readString(file);
    int hexAt = text.indexOf("\nhex:\n");
    int meansAt = text.indexOf("\nmeans:\n");
    String[] head = text.substring(0, hexAt).split("\n", -1);
    String hex = text.substring(hexAt + 6, meansAt).replaceAll("\\s", "");
    return new Vector(
        name,
        Arrays.asList(value(head[0], "rules: ").split(" ", -1)),
        value(head[1], "what: "),
        value(head[2], "kind: "),
        HexFormat.of().parseHex(hex),
        text.substring(meansAt + 8).indent(-2));
  }

  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("rules: ").append(String.join(" ", rules)).append('\n');
    text.append("what: ").append(what).append("\nkind: ").append(kind).append("\nhex:\n");
    for (int at = 0; at < bytes.length; at += BYTES_A_LINE) {
      byte[] line = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + BYTES_A_LINE));
      text.append("  ").append(HexFormat.ofDelimiter(" ").formatHex(line)).append('\n');
    }
    text.append("means:\n").append(means.stripTrailing().indent(2));
    Files.writeString(FOLDER.resolve(name + ".txt"), text);
  }

  private static String value(String line, String label) {
    if (!line.startsWith(label)) {
      throw new IllegalArgumentException("'" + line + "': a line '" + label + "…' expected");
    }
    return line.substring(label.length());
  }
}
