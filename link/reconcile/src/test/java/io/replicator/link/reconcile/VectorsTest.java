package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The vectors in spec/vectors/reconcile are what this code makes, to the byte: indexes, items,
 * digests, symbols and what is wanted (P101-P103, P190). {@code -Dreplicator.writeVectors=true}
 * writes them anew.
 */
class VectorsTest {
  private static final Path FOLDER = Path.of("../../spec/vectors/reconcile");

  @Test
  void indexesOfIds() throws IOException {
    List<String> lines = new ArrayList<>();
    for (long id : new long[] {1, 2, 0x0123456789abcdefL, 0x1000000000000000L, Field.PRIME - 1}) {
      long mixed = Symbols.mixed(id);
      StringBuilder line =
          new StringBuilder(
              String.format(
                  "id %016x mark 0badcafe check %d wide %08x in",
                  id, Symbols.check(mixed, 0x0badcafe), Symbols.wide(mixed, 0x0badcafe)));
      int index = 0;
      for (long state = Symbols.start(id); index < 1_000_000; state = Symbols.advance(state)) {
        line.append(' ').append(index);
        index = Symbols.next(index, state);
      }
      lines.add(line.toString());
    }
    compare("indexes.txt", lines);
  }

  @Test
  void itemsAndDigest() throws IOException {
    ItemHasher hasher = new ItemHasher(Sets.SALT);
    List<String> lines = new ArrayList<>();
    lines.add("salt " + HexFormat.of().formatHex(Sets.SALT));
    Digest digest = new Digest();
    for (int i = 0; i < 20; i++) {
      byte[] key = "k".repeat(i).getBytes(StandardCharsets.US_ASCII);
      long valueHash = 0x1111111111111111L * (i + 1);
      long id = hasher.id(key);
      long item = hasher.item(id, valueHash);
      hasher.add(digest, item, key, valueHash);
      lines.add(
          String.format(
              "key %s value %016x id %016x item %016x mark %08x total %s",
              HexFormat.of().formatHex(key),
              valueHash,
              id,
              item,
              ItemHasher.mark(item),
              HexFormat.of().formatHex(digest.total())));
    }
    compare("items.txt", lines);
  }

  @Test
  void symbolsOfASet() throws IOException {
    Sketch sketch = new Sketch(1088);
    for (int i = 1; i <= 1000; i++) {
      sketch.add((i * 0x9e3779b97f4a7c15L) >>> 3, (i * 0x01234567) & Integer.MAX_VALUE);
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "1000 ids i * 9e3779b97f4a7c15 >>> 3 with mark i * 1234567 & 7fffffff (hex) for i from 1 to"
            + " 1000, symbols 0 to 31 and 1020 to 1027");
    for (int i = 0; i < 1028; i = i == 31 ? 1020 : i + 1) {
      lines.add(HexFormat.of().formatHex(SymbolRun.encode(sketch, i, i + 1, 1000)));
    }
    compare("symbols.txt", lines);
  }

  @Test
  void wantedIds() throws IOException {
    List<String> lines = new ArrayList<>();
    for (long[] ids :
        new long[][] {
          {1L << 21}, {1, 1L << 40, Field.PRIME - 1}, {5L << 21, 6L << 21, 300L << 21}
        }) {
      long[] prefixes = Arrays.stream(ids).map(WantedIds::prefix).toArray();
      lines.add(
          Arrays.stream(ids).mapToObj("%016x"::formatted).collect(Collectors.joining(" "))
              + " travel as "
              + HexFormat.of().formatHex(WantedIds.encode(prefixes, 0, prefixes.length)));
    }
    compare("wanted.txt", lines);
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
