package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Turns a value into rows of its typed table. A collection is replaced wholly: its partition is
 * deleted one below the timestamp of the new rows. Up to a size that is one unlogged batch, so old
 * and new never show together; a larger one goes in several, between which its column {@code
 * complete} is false:
 *
 * <pre>
 *   small   [other tables' deletes, delete at t-1, head, rows at t]
 *   large   [other tables' deletes, head complete=false] [rows] [rows] … [delete at t-1, complete=true]
 * </pre>
 */
final class TypedRows {
  /** Cassandra's limit for a key, less what the database number takes. */
  static final int MAX_KEY_BYTES = 65_535 - 16;

  /** What a row takes beside its own bytes, about. */
  private static final int ROW_BYTES = 64;

  private static final BigInteger MOST_ID = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private final Statements statements;
  private final CassandraSinkSettings settings;
  private final long nowMillis;

  TypedRows(Statements statements, CassandraSinkSettings settings, long nowMillis) {
    this.statements = statements;
    this.settings = settings;
    this.nowMillis = nowMillis;
  }

  /** The typed table of a value; a module's type has none. */
  static Trace trace(Value value) {
    return switch (value) {
      case Value.StringValue string -> Trace.STRING;
      case Value.HashValue hash -> Trace.HASH;
      case Value.ListValue list -> Trace.LIST;
      case Value.SetValue set -> Trace.SET;
      case Value.SortedSetValue zset -> Trace.SORTED_SET;
      case Value.StreamValue stream -> Trace.STREAM;
      case Value.OpaqueValue opaque ->
          throw new Misfit(
              "type " + opaque.moduleType() + " is not known: it is a module's, kept as DUMP");
    };
  }

  /** What the key leaves once it is written. */
  static int traces(Value value, long expiresAtMillis) {
    int bits = trace(value).bit();
    if (value instanceof Value.StringValue string) {
      bits |= KeyText.isUtf8(string.bytes()) ? 0 : Trace.BYTES.bit();
      bits |= expiresAtMillis == 0 ? 0 : Trace.EXPIRY.bit();
    }
    return bits;
  }

  /**
   * Gives the statements to {@code send}, work by work; the second and further ones only for a
   * large value, whose rows may go in any order but whose first and last work may not: then {@code
   * barrier} is run between.
   *
   * @param traces of the value: {@link #traces}
   * @param first has the deletes in other tables
   */
  void write(Entry entry, int traces, Work first, Consumer<Work> send, Runnable barrier) {
    ByteBuffer key = KeyText.encoded(entry.key());
    switch (entry.value()) {
      case Value.StringValue string -> {
        writeString(entry, key, string, !Trace.BYTES.isIn(traces), first);
        send.accept(first);
      }
      case Value.HashValue hash ->
          collection(entry, key, fields(entry, key, hash), first, send, barrier);
      case Value.ListValue list ->
          collection(entry, key, elements(entry, key, list), first, send, barrier);
      case Value.SetValue set ->
          collection(entry, key, members(entry, key, set), first, send, barrier);
      case Value.SortedSetValue zset ->
          collection(entry, key, scored(entry, key, zset), first, send, barrier);
      case Value.StreamValue stream ->
          collection(entry, key, entries(entry, key, stream), first, send, barrier);
      case Value.OpaqueValue opaque -> throw new IllegalStateException("no table for " + opaque);
    }
  }

  private void writeString(
      Entry entry, ByteBuffer key, Value.StringValue string, boolean text, Work work) {
    byte[] bytes = string.bytes();
    requireSize("the string", bytes);
    BoundStatementBuilder row = statements.row(Trace.STRING, entry.database(), key);
    if (text) {
      row = row.setBytesUnsafe(2, ByteBuffer.wrap(bytes));
      if (Trace.BYTES.isIn(entry.traces())) {
        row = row.setToNull(3);
      }
    } else {
      row = row.setToNull(2).setBytesUnsafe(3, ByteBuffer.wrap(bytes));
    }
    row =
        row.setBytesUnsafe(4, Cells.number(entry.version()))
            .setBytesUnsafe(5, Cells.number(hash(entry)));
    if (entry.expiresAtMillis() != 0) {
      row = row.setBytesUnsafe(6, Cells.number(entry.expiresAtMillis()));
    } else if (Trace.EXPIRY.isIn(entry.traces())) {
      row = row.setToNull(6);
    }
    work.add(
        row.setBytesUnsafe(7, Cells.number(entry.micros()))
            .setBytesUnsafe(8, Cells.number(entry.ttl()))
            .build(),
        bytes.length + ROW_BYTES);
  }

  /** A row under construction and its size. */
  private record Row(BoundStatementBuilder builder, int bytes) {}

  private void collection(
      Entry entry,
      ByteBuffer key,
      List<Row> rows,
      Work first,
      Consumer<Work> send,
      Runnable barrier) {
    Trace trace = trace(entry.value());
    long bytes = 0;
    for (Row row : rows) {
      bytes += row.bytes();
    }
    boolean deletes = trace.isIn(entry.traces());
    if (bytes <= settings.atomicBytes()) {
      if (deletes) {
        first.add(statements.delete(trace, entry.database(), key, entry.micros() - 1), ROW_BYTES);
      }
      first.add(head(entry, key, trace, rows.size(), null).build(), ROW_BYTES);
      rows.forEach(row -> first.add(row.builder().build(), row.bytes()));
      send.accept(first);
      return;
    }
    first.add(head(entry, key, trace, rows.size(), false).build(), ROW_BYTES);
    send.accept(first);
    barrier.run();
    Work work = new Work();
    for (Row row : rows) {
      if (!work.isEmpty() && work.bytes() + row.bytes() > settings.atomicBytes() / 4) {
        send.accept(work);
        work = new Work();
      }
      work.add(row.builder().build(), row.bytes());
    }
    send.accept(work);
    barrier.run();
    Work last = new Work();
    if (deletes) {
      last.add(statements.delete(trace, entry.database(), key, entry.micros() - 1), ROW_BYTES);
    }
    last.add(head(entry, key, trace, rows.size(), true).build(), ROW_BYTES);
    send.accept(last);
  }

  private BoundStatementBuilder head(
      Entry entry,
      ByteBuffer key,
      Trace trace,
      int size,
      @org.jspecify.annotations.Nullable Boolean complete) {
    BoundStatementBuilder head =
        statements.head(trace, entry.database(), key).setBytesUnsafe(2, Cells.number(size));
    if (complete != null) {
      head = head.setBoolean(3, complete);
    }
    head =
        head.setBytesUnsafe(4, Cells.number(entry.version()))
            .setBytesUnsafe(5, Cells.number(hash(entry)));
    if (entry.expiresAtMillis() != 0) {
      head = head.setBytesUnsafe(6, Cells.number(entry.expiresAtMillis()));
    }
    int next = 7;
    if (entry.value() instanceof Value.StreamValue stream) {
      head =
          head.setString(7, stream.lastId())
              .setBytesUnsafe(8, Cells.number(stream.entriesAdded()))
              .setString(9, stream.maxDeletedId());
      next = 10;
    }
    return head.setBytesUnsafe(next, Cells.number(entry.micros()))
        .setBytesUnsafe(next + 1, Cells.number(entry.ttl()));
  }

  private List<Row> fields(Entry entry, ByteBuffer key, Value.HashValue hash) {
    List<Row> rows = new ArrayList<>(hash.fields().size());
    for (Value.Field field : hash.fields()) {
      int ttl = entry.ttl();
      if (field.expiresAtMillis() != 0) {
        int its = Ttl.seconds(field.expiresAtMillis(), nowMillis);
        if (its == Ttl.OVER) {
          continue;
        }
        ttl = ttl == Ttl.NONE ? its : its == Ttl.NONE ? ttl : Math.min(ttl, its);
      }
      BoundStatementBuilder row =
          value(
              row(entry, key).setBytesUnsafe(2, column("a field", field.name())), 3, field.value());
      if (field.expiresAtMillis() != 0) {
        row = row.setBytesUnsafe(5, Cells.number(field.expiresAtMillis()));
      }
      rows.add(
          new Row(
              row.setBytesUnsafe(6, Cells.number(entry.micros()))
                  .setBytesUnsafe(7, Cells.number(ttl)),
              field.name().length + field.value().length + ROW_BYTES));
    }
    return rows;
  }

  private List<Row> elements(Entry entry, ByteBuffer key, Value.ListValue list) {
    List<Row> rows = new ArrayList<>(list.elements().size());
    for (byte[] element : list.elements()) {
      BoundStatementBuilder row =
          value(row(entry, key).setBytesUnsafe(2, Cells.number(rows.size())), 3, element);
      rows.add(
          new Row(
              row.setBytesUnsafe(5, Cells.number(entry.micros()))
                  .setBytesUnsafe(6, Cells.number(entry.ttl())),
              element.length + ROW_BYTES));
    }
    return rows;
  }

  private List<Row> members(Entry entry, ByteBuffer key, Value.SetValue set) {
    List<Row> rows = new ArrayList<>(set.members().size());
    for (byte[] member : set.members()) {
      BoundStatementBuilder row = row(entry, key).setBytesUnsafe(2, column("a member", member));
      rows.add(
          new Row(
              row.setBytesUnsafe(3, Cells.number(entry.micros()))
                  .setBytesUnsafe(4, Cells.number(entry.ttl())),
              member.length + ROW_BYTES));
    }
    return rows;
  }

  private List<Row> scored(Entry entry, ByteBuffer key, Value.SortedSetValue zset) {
    List<Row> rows = new ArrayList<>(zset.members().size());
    for (Value.ScoredMember member : zset.members()) {
      BoundStatementBuilder row =
          row(entry, key)
              .setDouble(2, member.score())
              .setBytesUnsafe(3, column("a member", member.member()));
      rows.add(
          new Row(
              row.setBytesUnsafe(4, Cells.number(entry.micros()))
                  .setBytesUnsafe(5, Cells.number(entry.ttl())),
              member.member().length + ROW_BYTES));
    }
    return rows;
  }

  private List<Row> entries(Entry entry, ByteBuffer key, Value.StreamValue stream) {
    List<Row> rows = new ArrayList<>(stream.entries().size());
    for (Value.StreamEntry each : stream.entries()) {
      List<String> fields = new ArrayList<>(each.fieldsAndValues().size());
      int bytes = ROW_BYTES;
      for (byte[] part : each.fieldsAndValues()) {
        requireSize("a value of entry " + each.id(), part);
        fields.add(KeyText.text(part));
        bytes += part.length + 4;
      }
      int dash = each.id().indexOf('-');
      BoundStatementBuilder row =
          row(entry, key)
              .setBigInteger(2, id(each.id().substring(0, dash)))
              .setBigInteger(3, id(each.id().substring(dash + 1)))
              .setList(4, fields, String.class);
      rows.add(
          new Row(
              row.setBytesUnsafe(5, Cells.number(entry.micros()))
                  .setBytesUnsafe(6, Cells.number(entry.ttl())),
              bytes));
    }
    return rows;
  }

  private BoundStatementBuilder row(Entry entry, ByteBuffer key) {
    return statements.row(trace(entry.value()), entry.database(), key);
  }

  /** Text where it is UTF-8, else bytes. */
  private BoundStatementBuilder value(BoundStatementBuilder row, int text, byte[] value) {
    requireSize("an element", value);
    return row.setBytesUnsafe(KeyText.isUtf8(value) ? text : text + 1, ByteBuffer.wrap(value));
  }

  private static ByteBuffer column(String what, byte[] bytes) {
    byte[] encoded = KeyText.encode(bytes);
    if (encoded.length > MAX_KEY_BYTES) {
      throw new Misfit(
          what
              + " takes "
              + encoded.length
              + " bytes: "
              + MAX_KEY_BYTES
              + " at most in a key column");
    }
    return ByteBuffer.wrap(encoded);
  }

  private void requireSize(String what, byte[] bytes) {
    if (bytes.length > settings.maxValueBytes()) {
      throw new Misfit(
          what + " has " + bytes.length + " bytes: " + settings.maxValueBytes() + " at most");
    }
  }

  private static long hash(Entry entry) {
    return ValueHash.of(entry.value(), entry.expiresAtMillis());
  }

  private static BigInteger id(String digits) {
    BigInteger id = new BigInteger(digits);
    if (id.signum() < 0 || id.compareTo(MOST_ID) > 0) {
      throw new Misfit("a stream id with the number " + digits + ": 64 bits at most");
    }
    return id;
  }
}
