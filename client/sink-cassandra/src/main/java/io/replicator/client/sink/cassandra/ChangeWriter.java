package io.replicator.client.sink.cassandra;

import com.dynatrace.hash4j.hashing.Hashing;
import io.replicator.api.Counters;
import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changes of one batch: finds out where a key's value belongs, what of an older one may
 * stand elsewhere, and gives the statements to the {@link Writer}.
 */
final class ChangeWriter {
  private static final int DELETE_BYTES = 64;

  /** Fits even if all of it stands as hex digits. */
  private static final int MAX_KEY_SURELY = TypedRows.MAX_KEY_BYTES / 2 - 2;

  private final Statements statements;
  private final int sourceDatabase;
  private final int database;
  private final long micros;
  private final long nowMillis;
  private final KnownKeys known;
  private final IntConsumer leaves;
  private final Writer.Group group;
  private final Counters<SinkCounter> counters;
  private final TypedRows rows;
  private final List<MappedTable> mapped;
  // What is known of keys once the batch is acknowledged: hash, traces, hash, traces …
  private long[] learnt = new long[64];
  private int learntSize;
  private int traces;

  /**
   * @param traces what any key of the feed may have left
   * @param leaves stores that keys of the feed leave these traces too, before they do
   */
  ChangeWriter(
      Statements statements,
      CassandraSinkSettings settings,
      int sourceDatabase,
      long micros,
      long nowMillis,
      int traces,
      IntConsumer leaves,
      KnownKeys known,
      Writer.Group group,
      Counters<SinkCounter> counters) {
    this.statements = statements;
    this.sourceDatabase = sourceDatabase;
    this.database = settings.targetDatabase(sourceDatabase);
    this.micros = micros;
    this.nowMillis = nowMillis;
    this.traces = traces;
    this.leaves = leaves;
    this.known = known;
    this.group = group;
    this.counters = counters;
    this.rows = new TypedRows(statements, settings, nowMillis);
    this.mapped = settings.mappings().stream().map(statements::mapped).toList();
  }

  /**
   * @param fresh whether nothing of the key can be at the target
   */
  void put(Key key, long version, Value value, long expiresAtMillis, boolean fresh) {
    int ttl = Ttl.seconds(expiresAtMillis, nowMillis);
    if (ttl == Ttl.OVER) {
      counters.add(SinkCounter.EXPIRED_ON_ARRIVAL, 1);
      removed(key, fresh);
      return;
    }
    Entry entry =
        new Entry(
            database,
            key.bytes(),
            value,
            version,
            expiresAtMillis,
            micros,
            ttl,
            fresh ? 0 : left(key));
    try {
      requireKey(key);
      MappedTable table = tableOf(key);
      if (table == null) {
        typed(entry);
      } else {
        mapped(entry, table);
      }
    } catch (Misfit misfit) {
      deadLetter(entry, ValueHash.of(value, expiresAtMillis), misfit.reason());
    }
  }

  void remove(Key key, boolean fresh) {
    counters.add(SinkCounter.REMOVED, 1);
    removed(key, fresh);
  }

  /**
   * A value of which not everything was kept: it is too large.
   *
   * @param hash of all of it, with its expiry
   */
  void misfit(Key key, long version, Value head, long hash, long expiresAtMillis, String reason) {
    int ttl = Ttl.seconds(expiresAtMillis, nowMillis);
    if (ttl == Ttl.OVER) {
      removed(key, false);
      return;
    }
    deadLetter(
        new Entry(database, key.bytes(), head, version, expiresAtMillis, micros, ttl, left(key)),
        hash,
        reason);
  }

  /** The batch is acknowledged: what was written is known now. */
  void acknowledged() {
    for (int i = 0; i < learntSize; i += 2) {
      known.put(learnt[i], (int) learnt[i + 1]);
    }
  }

  private void typed(Entry entry) {
    int bits = TypedRows.traces(entry.value(), entry.expiresAtMillis());
    announce(bits);
    Work first = deletes(entry.key(), entry.traces() & ~bits);
    int[] works = new int[1];
    rows.write(
        entry,
        bits,
        first,
        work -> {
          works[0]++;
          send(work);
        },
        group::await);
    counters.add(counter(entry.value()), 1);
    counters.add(SinkCounter.LARGE, works[0] > 1 ? 1 : 0);
    mappedDelete(entry.key(), entry.traces() & ~bits);
    learn(entry.key(), bits);
  }

  private void mapped(Entry entry, MappedTable table) {
    List<ByteBuffer> key = table.key(entry.key());
    List<@Nullable ByteBuffer> columns = table.columns(MappedTable.members(entry.value()));
    int bits = Trace.MAPPED.bit();
    announce(bits);
    Work row = new Work();
    row.add(table.insert(key, columns, entry.micros(), entry.ttl()), DELETE_BYTES);
    send(row);
    sendIfAny(deletes(entry.key(), entry.traces() & ~bits));
    counters.add(SinkCounter.MAPPED, 1);
    learn(entry.key(), bits);
  }

  private void deadLetter(Entry entry, long hash, String reason) {
    int bits = Trace.DEAD_LETTER.bit();
    announce(bits);
    Work work = deletes(entry.key(), entry.traces() & ~bits);
    work.add(
        DeadLetters.row(statements, entry, typedKey(entry.key()), hash, reason, nowMillis),
        DeadLetters.KEPT_BYTES);
    send(work);
    mappedDelete(entry.key(), entry.traces() & ~bits);
    counters.add(SinkCounter.DEAD_LETTERS, 1);
    learn(entry.key(), bits);
  }

  private void removed(Key key, boolean fresh) {
    int left = fresh ? 0 : left(key);
    sendIfAny(deletes(key.bytes(), left, micros));
    mappedDelete(key.bytes(), left);
    learn(key.bytes(), 0);
  }

  private Work deletes(byte[] key, int left) {
    return deletes(key, left, micros - 1);
  }

  private Work deletes(byte[] key, int left, long at) {
    Work work = new Work();
    for (Trace trace : Trace.TABLES) {
      if (trace.isIn(left)) {
        work.add(statements.delete(trace, database, typedKey(key), at), DELETE_BYTES);
        counters.add(SinkCounter.DELETES, 1);
      }
    }
    return work;
  }

  /** A row in the table of a mapping, which is another partition. */
  private void mappedDelete(byte[] key, int left) {
    if (!Trace.MAPPED.isIn(left)) {
      return;
    }
    MappedTable table = tableOf(Key.of(key));
    if (table == null) {
      return;
    }
    try {
      Work work = new Work();
      work.add(table.delete(table.key(key), micros), DELETE_BYTES);
      send(work);
      counters.add(SinkCounter.DELETES, 1);
    } catch (Misfit never) {
      // A key that does not fit was never a row.
    }
  }

  private void send(Work work) {
    counters.add(SinkCounter.ROWS, work.size());
    group.send(work.statement(), work.bytes());
  }

  private void sendIfAny(Work work) {
    if (!work.isEmpty()) {
      send(work);
    }
  }

  private void announce(int bits) {
    if ((bits & ~traces) != 0) {
      leaves.accept(bits);
      traces |= bits;
    }
  }

  private int left(Key key) {
    if (traces == 0) {
      return 0;
    }
    int its = known.get(hash(key.bytes()));
    return its < 0 ? traces : its;
  }

  /** Worth remembering only where not knowing would cost something. */
  private void learn(byte[] key, int bits) {
    if ((traces & ~bits) == 0) {
      return;
    }
    if (learntSize == learnt.length) {
      learnt = java.util.Arrays.copyOf(learnt, learnt.length * 2);
    }
    learnt[learntSize++] = hash(key);
    learnt[learntSize++] = bits;
  }

  private @Nullable MappedTable tableOf(Key key) {
    for (MappedTable table : mapped) {
      if (table.takes(sourceDatabase, key.bytes())) {
        return table;
      }
    }
    return null;
  }

  private static void requireKey(Key key) {
    if (key.bytes().length <= MAX_KEY_SURELY) {
      return;
    }
    int bytes = KeyText.encode(key.bytes()).length;
    if (bytes > TypedRows.MAX_KEY_BYTES) {
      throw new Misfit(
          "the key takes "
              + bytes
              + " bytes: "
              + TypedRows.MAX_KEY_BYTES
              + " at most; it begins "
              + KeyText.text(key.bytes()).substring(0, 200));
    }
  }

  /** A key that is too long stands by its hash, which is no hex digits of any other key. */
  static ByteBuffer typedKey(byte[] key) {
    byte[] encoded = KeyText.encode(key);
    return ByteBuffer.wrap(
        encoded.length <= TypedRows.MAX_KEY_BYTES
            ? encoded
            : String.format("\\xlong-%016x", hash(key)).getBytes(StandardCharsets.US_ASCII));
  }

  private static long hash(byte[] key) {
    return Hashing.xxh3_64().hashBytesToLong(key);
  }

  private static SinkCounter counter(Value value) {
    return switch (value) {
      case Value.StringValue string -> SinkCounter.STRINGS;
      case Value.HashValue hash -> SinkCounter.HASHES;
      case Value.ListValue list -> SinkCounter.LISTS;
      case Value.SetValue set -> SinkCounter.SETS;
      case Value.SortedSetValue zset -> SinkCounter.SORTED_SETS;
      case Value.StreamValue stream -> SinkCounter.STREAMS;
      case Value.OpaqueValue opaque -> SinkCounter.DEAD_LETTERS;
    };
  }
}
