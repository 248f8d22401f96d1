package io.replicator.client.replica;

import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.SinkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Cursors in one small file, replaced as a whole with each batch: lines "feed.live=hex" and
 * "feed.backfill=hex".
 */
final class FileCursors implements CursorStore {
  private static final HexFormat HEX = HexFormat.of();

  private final Path file;
  private final Map<String, String> lines = new TreeMap<>();

  FileCursors(Path file) {
    this.file = file.toAbsolutePath();
    if (Files.exists(this.file)) {
      read();
    }
  }

  @Override
  public synchronized Cursor load(FeedId feed) {
    return new Cursor(part(feed.name() + ".live"), part(feed.name() + ".backfill"));
  }

  @Override
  public synchronized void save(FeedId feed, Cursor cursor) {
    put(feed.name() + ".live", cursor.live());
    put(feed.name() + ".backfill", cursor.backfill());
    StringBuilder text = new StringBuilder();
    lines.forEach((name, hex) -> text.append(name).append('=').append(hex).append('\n'));
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(aside, text);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new SinkException(
          SinkException.Category.UNAVAILABLE,
          "cursor file " + file + " cannot be written: " + e,
          e);
    }
  }

  private byte @Nullable [] part(String name) {
    String hex = lines.get(name);
    return hex == null ? null : HEX.parseHex(hex);
  }

  private void put(String name, byte @Nullable [] part) {
    if (part != null) {
      lines.put(name, HEX.formatHex(part));
    }
  }

  private void read() {
    try {
      for (String line : Files.readAllLines(file)) {
        int equals = line.lastIndexOf('=');
        String hex = line.substring(equals + 1);
        if (equals < 1 || HEX.parseHex(hex).length > Cursor.MAX_PART_BYTES) {
          throw new IllegalArgumentException("line '" + line + "'");
        }
        lines.put(line.substring(0, equals), hex);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new SinkException(
          SinkException.Category.BROKEN,
          "cursor file " + file + " is damaged (" + e.getMessage() + "): remove it to start anew",
          e);
    }
  }
}
