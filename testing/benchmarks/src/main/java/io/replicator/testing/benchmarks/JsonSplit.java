package io.replicator.testing.benchmarks;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Two transforms without memory between batches that might make JSON compress better. Both could be
 * undone: a mark stands where something was taken out.
 */
final class JsonSplit {
  private static final byte MARK = 1;
  private static final byte END = 0;

  private JsonSplit() {}

  /** Texts with a mark for each run of digits, then all runs. */
  static byte[] numbersApart(List<byte[]> values) {
    ByteArrayOutputStream texts = new ByteArrayOutputStream();
    ByteArrayOutputStream numbers = new ByteArrayOutputStream();
    for (byte[] value : values) {
      for (int i = 0; i < value.length; i++) {
        if (!isDigit(value[i])) {
          texts.write(value[i]);
        } else {
          texts.write(MARK);
          for (; i < value.length && isDigit(value[i]); i++) {
            numbers.write(value[i]);
          }
          numbers.write(END);
          i--;
        }
      }
      texts.write(END);
    }
    texts.writeBytes(numbers.toByteArray());
    return texts.toByteArray();
  }

  /** Texts with a mark for what stands behind each colon, then a column for each position. */
  static byte[] fieldsApart(List<byte[]> values) {
    ByteArrayOutputStream texts = new ByteArrayOutputStream();
    List<ByteArrayOutputStream> columns = new ArrayList<>();
    for (byte[] value : values) {
      int column = 0;
      for (int i = 0; i < value.length; i++) {
        texts.write(value[i]);
        if (value[i] == ':') {
          texts.write(MARK);
          if (column == columns.size()) {
            columns.add(new ByteArrayOutputStream());
          }
          ByteArrayOutputStream content = columns.get(column++);
          for (i++; value[i] != ',' && value[i] != '}'; i++) {
            content.write(value[i]);
          }
          content.write(END);
          i--;
        }
      }
      texts.write(END);
    }
    for (ByteArrayOutputStream column : columns) {
      texts.writeBytes(column.toByteArray());
    }
    return texts.toByteArray();
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
