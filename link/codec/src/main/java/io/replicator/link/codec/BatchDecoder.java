package io.replicator.link.codec;

import io.replicator.api.Batch;
import io.replicator.api.Batch.VersionChain;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.link.codec.CodecException.Category;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link BatchEncoder} wrote and trusts none of it: every count, length, sum and version
 * is checked against what is there, and every column must end with the last entry. What unfolds
 * from n bytes is bounded by the entry limit and by the limit on shared key bytes.
 */
public final class BatchDecoder {
  private final FeedId feed;
  private final Lane lane;
  private final WireReader in;
  private long seenFields;
  private long epoch;
  private long readVersion;
  private byte @Nullable [] liveCursor;
  private byte @Nullable [] backfillCursor;
  private boolean snapshotBegin;
  private boolean snapshotEnd;
  private @Nullable VersionChain chain;
  private final Columns columns = new Columns();

  private BatchDecoder(FeedId feed, Lane lane, byte[] raw) {
    this.feed = feed;
    this.lane = lane;
    this.in = new WireReader(raw, 0, raw.length);
  }

  /**
   * @throws CodecException if these bytes are no batch
   */
  public static Batch decode(FeedId feed, Lane lane, byte[] raw) {
    try {
      return new BatchDecoder(feed, lane, raw).decode();
    } catch (IllegalArgumentException e) {
      // A value that cannot be constructed: the constructors in api say what is wrong.
      throw new CodecException(Category.BAD_VALUE, String.valueOf(e.getMessage()), e);
    }
  }

  private Batch decode() {
    int tag;
    while ((tag = in.readTag()) != 0) {
      readField(tag);
    }
    return new Batch(
        feed,
        lane,
        epoch,
        readVersion,
        columns.readChanges(readVersion),
        new Cursor(liveCursor, backfillCursor),
        snapshotBegin,
        snapshotEnd,
        chain);
  }

  private void readField(int tag) {
    requireOnce(tag >>> 3);
    switch (tag) {
      case BatchFormat.EPOCH -> epoch = in.readFixed64();
      case BatchFormat.READ_VERSION -> readVersion = in.readVarint();
      case BatchFormat.LIVE_CURSOR -> liveCursor = in.readBytesField();
      case BatchFormat.BACKFILL_CURSOR -> backfillCursor = in.readBytesField();
      case BatchFormat.SNAPSHOT_BEGIN -> snapshotBegin = in.readVarint() != 0;
      case BatchFormat.SNAPSHOT_END -> snapshotEnd = in.readVarint() != 0;
      case BatchFormat.KINDS -> columns.kinds = in.readNested();
      case BatchFormat.KEY_SHARED -> columns.keyShared = in.readNested();
      case BatchFormat.KEY_LENGTHS -> columns.keyLengths = in.readNested();
      case BatchFormat.KEYS -> columns.keys = in.readNested();
      case BatchFormat.VERSIONS -> columns.versions = in.readNested();
      case BatchFormat.EXPIRIES -> columns.expiries = in.readNested();
      case BatchFormat.VALUE_LENGTHS -> columns.valueLengths = in.readNested();
      case BatchFormat.VALUES -> columns.values = in.readNested();
      case BatchFormat.CHAIN -> chain = ChainFormat.decode(in.readNested());
      case BatchFormat.PARTS -> columns.parts = in.readNested();
      default -> ChainFormat.skipUnknown(in, tag, BatchFormat.LAST_FIELD);
    }
  }

  private void requireOnce(int field) {
    if (field <= BatchFormat.LAST_FIELD) {
      if ((seenFields & 1L << field) != 0) {
        throw new CodecException(Category.MALFORMED, "field " + field + " stands twice in a batch");
      }
      seenFields |= 1L << field;
    }
  }

  /** The columns of the entries, read side by side. */
  private static final class Columns {
    private static final byte[] NO_KEY = {};

    WireReader kinds = WireReader.empty();
    WireReader keyShared = WireReader.empty();
    WireReader keyLengths = WireReader.empty();
    WireReader keys = WireReader.empty();
    WireReader versions = WireReader.empty();
    WireReader expiries = WireReader.empty();
    WireReader valueLengths = WireReader.empty();
    WireReader values = WireReader.empty();
    WireReader parts = WireReader.empty();
    private byte[] keyBefore = NO_KEY;
    private long expiryBefore;

    List<Change> readChanges(long readVersion) {
      int count = kinds.remaining(); // a kind is one byte
      if (count > BatchFormat.MAX_ENTRIES) {
        throw new CodecException(
            Category.TOO_LARGE,
            "a batch of " + count + " entries: at most " + BatchFormat.MAX_ENTRIES + " expected");
      }
      List<Change> changes = new ArrayList<>(count);
      long version = readVersion;
      for (int i = 0; i < count; i++) {
        version += versions.readZigZag();
        changes.add(readChange(kinds.readByte(), readKey(), version));
      }
      requireEnded();
      return changes;
    }

    private Change readChange(int kind, Key key, long version) {
      int type = kind & BatchFormat.KIND_MASK;
      boolean withPart = (kind & BatchFormat.WITH_PART) != 0;
      boolean last = (kind & BatchFormat.LAST_PART) != 0;
      boolean plainRemove = type == BatchFormat.REMOVE && kind != BatchFormat.REMOVE;
      if (kind < 0 || type > BatchFormat.OPAQUE || (last && !withPart) || plainRemove) {
        throw new CodecException(
            Category.BAD_VALUE, "kind " + (kind & 0xff) + " of key " + key + " is not known");
      }
      if (type == BatchFormat.REMOVE) {
        return new Change.Remove(key, version);
      }
      long expiresAtMillis = (kind & BatchFormat.WITH_EXPIRY) != 0 ? readExpiry(key) : 0;
      if (!withPart) {
        return new Change.Put(key, version, readValue(type), expiresAtMillis);
      }
      return new Change.Part(key, version, readPart(key), last, readValue(type), expiresAtMillis);
    }

    private Key readKey() {
      long shared = keyShared.readVarint();
      if (shared < 0 || shared > Math.min(keyBefore.length, BatchFormat.MAX_SHARED)) {
        throw new CodecException(
            Category.BAD_VALUE,
            "a key shares "
                + Long.toUnsignedString(shared)
                + " bytes with one of "
                + keyBefore.length
                + ": at most that many and "
                + BatchFormat.MAX_SHARED
                + " expected");
      }
      long rest = keyLengths.readVarint();
      if (rest < 0 || rest > keys.remaining()) {
        throw new CodecException(
            Category.TRUNCATED,
            "a key of "
                + Long.toUnsignedString(rest)
                + " bytes where "
                + keys.remaining()
                + " are left");
      }
      byte[] key = new byte[(int) (shared + rest)];
      System.arraycopy(keyBefore, 0, key, 0, (int) shared);
      keys.readInto(key, (int) shared, (int) rest);
      keyBefore = key;
      return Key.of(key);
    }

    private long readExpiry(Key key) {
      expiryBefore += expiries.readZigZag();
      if (expiryBefore < 1) {
        throw new CodecException(
            Category.BAD_VALUE,
            "expiry " + expiryBefore + " of key " + key + ": Unix milliseconds expected");
      }
      return expiryBefore;
    }

    private int readPart(Key key) {
      long index = parts.readVarint();
      if (index < 0 || index > Integer.MAX_VALUE) {
        throw new CodecException(
            Category.BAD_VALUE,
            "slice " + Long.toUnsignedString(index) + " of key " + key + " is out of range");
      }
      return (int) index;
    }

    private Value readValue(int type) {
      return ValueReader.read(type, values.slice(valueLengths.readVarint()));
    }

    private void requireEnded() {
      requireEnded("key_shared", keyShared);
      requireEnded("key_lengths", keyLengths);
      requireEnded("keys", keys);
      requireEnded("versions", versions);
      requireEnded("expiries", expiries);
      requireEnded("value_lengths", valueLengths);
      requireEnded("values", values);
      requireEnded("parts", parts);
    }

    private static void requireEnded(String name, WireReader column) {
      if (column.remaining() > 0) {
        throw new CodecException(
            Category.BAD_VALUE,
            "column " + name + " has " + column.remaining() + " bytes behind the last entry");
      }
    }
  }
}
