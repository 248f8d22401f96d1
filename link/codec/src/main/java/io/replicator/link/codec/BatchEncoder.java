package io.replicator.link.codec;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Value;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a batch as the bytes of {@code message Batch}: one column for each property of the
 * entries, so that bytes of a kind stand side by side. Entries keep the caller's order; keys that
 * are neighbours in it and begin alike cost little. {@link BatchDecoder} is its opposite.
 */
public final class BatchEncoder {
  /** The most entries a batch may have. */
  public static final int MAX_ENTRIES = BatchFormat.MAX_ENTRIES;

  private static final byte[] NO_KEY = {};

  private final Batch batch;
  private final ByteColumn kinds;
  private final ByteColumn keyShared;
  private final ByteColumn keyLengths;
  private final ByteColumn keys;
  private final ByteColumn versions;
  private final ByteColumn expiries = new ByteColumn(16);
  private final ByteColumn parts = new ByteColumn(16);
  private final ByteColumn valueLengths;
  private final ByteColumn values;
  private final ValueWriter valueWriter;
  private byte[] keyBefore = NO_KEY;
  private long versionBefore;
  private long expiryBefore;

  private BatchEncoder(Batch batch) {
    int count = batch.changes().size();
    if (count > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a batch of " + count + " entries: at most " + MAX_ENTRIES + " expected");
    }
    this.batch = batch;
    kinds = new ByteColumn(count);
    keyShared = new ByteColumn(2 * count);
    keyLengths = new ByteColumn(count);
    keys = new ByteColumn(8 * count);
    versions = new ByteColumn(2 * count);
    valueLengths = new ByteColumn(2 * count);
    values = new ByteColumn(stringBytes(batch.changes()));
    valueWriter = new ValueWriter(values);
    versionBefore = batch.readVersion();
  }

  public static byte[] encode(Batch batch) {
    return new BatchEncoder(batch).encode();
  }

  private byte[] encode() {
    for (Change change : batch.changes()) {
      switch (change) {
        case Change.Put put -> {
          putEntry(put, BatchFormat.kindOf(put.value()) | expiryFlag(put.expiresAtMillis()));
          putExpiry(put.expiresAtMillis());
          putValue(put.value());
        }
        case Change.Remove remove -> putEntry(remove, BatchFormat.REMOVE);
        case Change.Part part -> {
          int flags = BatchFormat.WITH_PART | (part.last() ? BatchFormat.LAST_PART : 0);
          int kind = BatchFormat.kindOf(part.slice()) | flags;
          putEntry(part, kind | expiryFlag(part.expiresAtMillis()));
          putExpiry(part.expiresAtMillis());
          parts.putVarint(part.index());
          putValue(part.slice());
        }
      }
    }
    return assemble();
  }

  private void putEntry(Change change, int kind) {
    byte[] key = change.key().bytes();
    int limit = Math.min(BatchFormat.MAX_SHARED, Math.min(key.length, keyBefore.length));
    int differs = Arrays.mismatch(key, 0, limit, keyBefore, 0, limit);
    int shared = differs < 0 ? limit : differs;
    kinds.putByte(kind);
    keyShared.putVarint(shared);
    keyLengths.putVarint(key.length - shared);
    keys.putBytes(key, shared, key.length - shared);
    versions.putZigZag(change.version() - versionBefore);
    keyBefore = key;
    versionBefore = change.version();
  }

  private void putExpiry(long expiresAtMillis) {
    if (expiresAtMillis != 0) {
      expiries.putZigZag(expiresAtMillis - expiryBefore);
      expiryBefore = expiresAtMillis;
    }
  }

  private void putValue(Value value) {
    int from = values.size();
    valueWriter.write(value);
    valueLengths.putVarint(values.size() - from);
  }

  /** In ascending order of field numbers, as every Protobuf library writes them. */
  private byte[] assemble() {
    ByteColumn head = head();
    ByteColumn chain = new ByteColumn(16);
    if (batch.chain() != null) {
      chain.putBytes(ChainFormat.encode(batch.chain()));
    }
    ByteColumn[] columns = {
      kinds, keyShared, keyLengths, keys, versions, expiries, valueLengths, values, chain, parts
    };
    byte[] target = new byte[totalBytes(head, columns)];
    int at = head.copyTo(target, 0);
    for (int i = 0; i < columns.length; i++) {
      int tag = BatchFormat.KINDS + (i << 3);
      if (isWritten(tag, columns[i])) {
        at = ByteColumn.writeVarint(target, at, tag);
        at = ByteColumn.writeVarint(target, at, columns[i].size());
        at = columns[i].copyTo(target, at);
      }
    }
    return target;
  }

  private ByteColumn head() {
    ByteColumn head = new ByteColumn(64);
    if (batch.epoch() != 0) {
      head.putByte(BatchFormat.EPOCH);
      head.putFixed64(batch.epoch());
    }
    if (batch.readVersion() != 0) {
      head.putByte(BatchFormat.READ_VERSION);
      head.putVarint(batch.readVersion());
    }
    byte[] live = batch.cursor().live();
    if (live != null) {
      head.putField(BatchFormat.LIVE_CURSOR, live);
    }
    byte[] backfill = batch.cursor().backfill();
    if (backfill != null) {
      head.putField(BatchFormat.BACKFILL_CURSOR, backfill);
    }
    putTrue(head, BatchFormat.SNAPSHOT_BEGIN, batch.snapshotBegin());
    putTrue(head, BatchFormat.SNAPSHOT_END, batch.snapshotEnd());
    return head;
  }

  private static void putTrue(ByteColumn target, int tag, boolean value) {
    if (value) {
      target.putByte(tag);
      target.putByte(1);
    }
  }

  private int totalBytes(ByteColumn head, ByteColumn[] columns) {
    long total = head.size();
    for (int i = 0; i < columns.length; i++) {
      int tag = BatchFormat.KINDS + (i << 3);
      if (isWritten(tag, columns[i])) {
        int size = columns[i].size();
        total += ByteColumn.varintSize(tag) + ByteColumn.varintSize(size) + (long) size;
      }
    }
    if (total > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "a batch of " + total + " bytes: it must be built smaller");
    }
    return (int) total;
  }

  private boolean isWritten(int tag, ByteColumn column) {
    return column.size() > 0 || (tag == BatchFormat.CHAIN && batch.chain() != null);
  }

  private static int expiryFlag(long expiresAtMillis) {
    return expiresAtMillis != 0 ? BatchFormat.WITH_EXPIRY : 0;
  }

  private static int stringBytes(List<Change> changes) {
    long sum = 0;
    for (Change change : changes) {
      if (change instanceof Change.Put put && put.value() instanceof Value.StringValue string) {
        sum += string.bytes().length;
      }
    }
    return (int) Math.min(sum, Integer.MAX_VALUE - 64);
  }
}
