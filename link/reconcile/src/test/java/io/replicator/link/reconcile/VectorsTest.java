package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The vectors in spec/vectors/reconcile are what this code makes, to the byte: indexes, items,
 * digests and symbols (P101-P103). {@code -Dreplicator.writeVectors=true} writes them anew.
 */
class VectorsTest {
  private static final Path FOLDER = Path.of("../../spec/vectors/reconcile");
  private static final byte[] SALT =
      HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

  @Test
  void indexesOfItems() throws IOException {
    List<String> lines = new ArrayList<>();
    for (long item : new long[] {1, 2, 0x0123456789abcdefL, 0x8000000000000000L, -1L}) {
      StringBuilder line =
          new StringBuilder(String.format("%016x check %08x in", item, Symbols.check(item)));
      int index = 0;
      for (long state = Symbols.start(item); index < 1_000_000; state = Symbols.advance(state)) {
        line.append(' ').append(index);
        index = Symbols.next(index, state);
      }
      lines.add(line.toString());
    }
    compare("indexes.txt", lines);
  }

  @Test
  void itemsAndDigest() throws IOException {
    ItemHasher hasher = new ItemHasher(SALT);
    List<String> lines = new ArrayList<>();
    lines.add("salt " + HexFormat.of().formatHex(SALT));
    Digest digest = new Digest();
    for (int i = 0; i < 20; i++) {
      byte[] key = "k".repeat(i).getBytes(StandardCharsets.US_ASCII);
      long valueHash = 0x1111111111111111L * (i + 1);
      long item = hasher.item(key, valueHash);
      hasher.add(digest, item, key, valueHash);
      lines.add(
          String.format(
              "key %s value %016x item %016x total %s",
              HexFormat.of().formatHex(key),
              valueHash,
              item,
              HexFormat.of().formatHex(digest.total())));
    }
    compare("items.txt", lines);
  }

  @Test
  void symbolsOfASet() throws IOException {
    long[] items = new long[1000];
    for (int i = 0; i < items.length; i++) {
      items[i] = (i + 1) * 0x9e3779b97f4a7c15L;
    }
    Sketch sketch = Sets.sketch(items, 64);
    List<String> lines = new ArrayList<>();
    lines.add("items (i + 1) * 9e3779b97f4a7c15 for i from 0 to 999, symbols 0 to 63");
    for (int i = 0; i < 64; i++) {
      lines.add(HexFormat.of().formatHex(SymbolRun.encode(sketch, i, i + 1, items.length)));
    }
    compare("symbols.txt", lines);
  }

  private static void compare(String name, List<String> lines) throws IOException {
    Path file = FOLDER.resolve(name);
    if (Boolean.getBoolean("replicator.writeVectors")) {
      Files.createDirectories(FOLDER);
      Files.write(file, lines);
    }
    assertThat(Files.readAllLines(file)).isEqualTo(lines);
  }
}
