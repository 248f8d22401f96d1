package io.replicator.testing.benchmarks;

import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The baseline of the columns: one command a change, as Redis replicates ({@code *3 SET key
 * value}). Strings only, and versions are not carried, which is in its favour.
 */
final class RespRows {
  private static final byte[] SET = "*3\r\n$3\r\nSET\r\n$".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEW_LINE = {'\r', '\n'};

  private RespRows() {}

  static byte[] encode(List<Change> changes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(changes.size() * 256);
    for (Change change : changes) {
      if (change instanceof Change.Put(Key key, _, Value.StringValue(byte[] bytes), _)) {
        out.writeBytes(SET);
        writeBulk(out, key.bytes());
        out.write('$');
        writeBulk(out, bytes);
      }
    }
    return out.toByteArray();
  }

  static List<Change> decode(byte[] rows) {
    List<Change> changes = new ArrayList<>();
    int at = 0;
    while (at < rows.length) {
      at += SET.length;
      int keyAt = afterLine(rows, at);
      int keyEnd = keyAt + number(rows, at);
      int valueAt = afterLine(rows, keyEnd + 3);
      int valueEnd = valueAt + number(rows, keyEnd + 3);
      Value value = new Value.StringValue(Arrays.copyOfRange(rows, valueAt, valueEnd));
      changes.add(new Change.Put(Key.of(Arrays.copyOfRange(rows, keyAt, keyEnd)), 1, value, 0));
      at = valueEnd + 2;
    }
    return changes;
  }

  private static void writeBulk(ByteArrayOutputStream out, byte[] bytes) {
    out.writeBytes(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(NEW_LINE);
    out.writeBytes(bytes);
    out.writeBytes(NEW_LINE);
  }

  private static int number(byte[] rows, int from) {
    int number = 0;
    for (int i = from; rows[i] != '\r'; i++) {
      number = number * 10 + rows[i] - '0';
    }
    return number;
  }

  private static int afterLine(byte[] rows, int from) {
    int at = from;
    while (rows[at] != '\n') {
      at++;
    }
    return at + 1;
  }
}
