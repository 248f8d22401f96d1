package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.Row;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.SinkException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads and writes the row of one feed in replicator_feeds. */
final class FeedRows {
  /** Both parts of a cursor included, about. */
  private static final int ROW_BYTES = 1024;

  private final CqlSession session;
  private final Statements statements;
  private final Writer writer;
  private final FeedId feed;

  FeedRows(CqlSession session, Statements statements, Writer writer, FeedId feed) {
    this.session = session;
    this.statements = statements;
    this.writer = writer;
    this.feed = feed;
  }

  StoredFeed load() {
    Row row = session.execute(statements.feedRead(feed.name())).one();
    if (row == null) {
      return StoredFeed.NEVER_SEEN;
    }
    String described = String.valueOf(row.getString(0));
    if (!described.equals(describe(feed))) {
      throw broken("is of another feed: " + described);
    }
    Cursor cursor;
    try {
      cursor = new Cursor(bytes(row.getByteBuffer(2)), bytes(row.getByteBuffer(3)));
    } catch (IllegalArgumentException e) {
      throw broken("holds " + e.getMessage());
    }
    return new StoredFeed(
        cursor,
        FeedState.parse(feed.name(), String.valueOf(row.getString(1))),
        row.getInt(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7));
  }

  /** Returns when it is stored. */
  void store(StoredFeed stored, long micros, long nowMillis) {
    BoundStatementBuilder row =
        statements
            .feed()
            .boundStatementBuilder()
            .setString(0, feed.name())
            .setString(1, describe(feed))
            .setString(2, stored.state().text())
            .setByteBuffer(3, buffer(stored.cursor().live()))
            .setByteBuffer(4, buffer(stored.cursor().backfill()))
            .setInt(5, stored.traces())
            .setLong(6, stored.begunMicros())
            .setLong(7, stored.chainVersion())
            .setLong(8, stored.clockLimit())
            .setInstant(9, Instant.ofEpochMilli(nowMillis))
            .setLong(10, micros);
    Writer.Group group = writer.group();
    group.send(row.build(), ROW_BYTES);
    group.await();
  }

  private SinkException broken(String what) {
    return new SinkException(
        SinkException.Category.BROKEN,
        "the row of feed "
            + feed.name()
            + " in replicator_feeds "
            + what
            + ": delete it to start with a snapshot");
  }

  private static String describe(FeedId feed) {
    return "database "
        + feed.database()
        + (feed.collection().isEmpty() ? "" : " collection " + feed.collection())
        + " "
        + feed.patterns();
  }

  private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static @Nullable ByteBuffer buffer(byte @Nullable [] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}
