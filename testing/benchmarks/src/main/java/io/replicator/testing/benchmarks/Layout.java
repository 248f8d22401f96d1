package io.replicator.testing.benchmarks;

import io.replicator.api.Change;
import io.replicator.api.Value;
import io.replicator.link.codec.BatchEncoder;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Ways to lay out the same changes before compression; only {@link #COLUMNS} is in the product. */
enum Layout {
  /** A command a row, as Redis replicates. */
  ROWS("rows of commands") {
    @Override
    byte[] encode(List<Change> changes) {
      return RespRows.encode(changes);
    }
  },
  /** What the product sends. */
  COLUMNS("columns") {
    @Override
    byte[] encode(List<Change> changes) {
      return BatchEncoder.encode(JsonBatches.of(changes));
    }
  },
  /** The same without the caller's sorting by key. */
  SHUFFLED("columns, keys not sorted") {
    @Override
    byte[] encode(List<Change> changes) {
      List<Change> shuffled = new ArrayList<>(changes);
      Collections.shuffle(shuffled, new Random(changes.size()));
      return BatchEncoder.encode(JsonBatches.of(shuffled));
    }
  },
  /** The digits of all values in a column of their own. */
  NUMBERS_APART("columns, numbers apart") {
    @Override
    byte[] encode(List<Change> changes) {
      return withValues(changes, JsonSplit.numbersApart(strings(changes)));
    }
  },
  /** Each JSON field's contents in a column of its own. */
  FIELDS_APART("columns, JSON fields apart") {
    @Override
    byte[] encode(List<Change> changes) {
      return withValues(changes, JsonSplit.fieldsApart(strings(changes)));
    }
  };

  private final String text;

  Layout(String text) {
    this.text = text;
  }

  abstract byte[] encode(List<Change> changes);

  String text() {
    return text;
  }

  private static List<byte[]> strings(List<Change> changes) {
    List<byte[]> strings = new ArrayList<>(changes.size());
    for (Change change : changes) {
      if (change instanceof Change.Put put && put.value() instanceof Value.StringValue string) {
        strings.add(string.bytes());
      }
    }
    return strings;
  }

  /** All columns but the values, then what the values were turned into. */
  private static byte[] withValues(List<Change> changes, byte[] values) {
    List<Change> empty = new ArrayList<>(changes.size());
    for (Change change : changes) {
      empty.add(
          new Change.Put(change.key(), change.version(), new Value.StringValue(new byte[0]), 0));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(BatchEncoder.encode(JsonBatches.of(empty)));
    out.writeBytes(values);
    return out.toByteArray();
  }
}
