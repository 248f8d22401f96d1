package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.Reassembler;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Level;
import io.replicator.link.wire.StoredCursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges a Hello: every value in it has a limit, and what is refused is named. */
final class HelloCheck {
  static final int PROTOCOL = 1;
  static final int MAX_NAME_BYTES = 256;
  static final int MAX_TOKEN_BYTES = 4096;
  static final int MAX_CODECS = 16;
  static final int MAX_CURSORS = 16;
  private static final int MIN_DATAGRAM_BYTES = 512;
  private static final int MAX_DATAGRAM_BYTES = 65_536;
  static final long MIN_WINDOW_BYTES = 16 * 1024;
  static final long MAX_WINDOW_BYTES = 64 * 1024 * 1024;
  static final long MIN_MAX_BATCH_BYTES = 64 * 1024;

  private HelloCheck() {}

  /** What holds for the connection as a whole. */
  static void requireLimits(Hello hello) {
    if (hello.getProtocol() != PROTOCOL) {
      throw new ProtocolException(
          WireError.PROTOCOL_VERSION,
          "protocol " + unsigned(hello.getProtocol()) + ": this hub speaks " + PROTOCOL);
    }
    requireAtMost("client_id of", hello.getClientIdBytes().size(), MAX_NAME_BYTES, "bytes");
    requireAtMost("a token of", hello.getTokenBytes().size(), MAX_TOKEN_BYTES, "bytes");
    requireAtMost("", hello.getCodecsCount(), MAX_CODECS, "codecs");
    requireAtMost("", hello.getFeedsCount(), Reassembler.MAX_FEEDS, "feeds");
    if (hello.getFeedsCount() == 0) {
      throw bad("no feeds: at least one expected");
    }
    if (Long.compareUnsigned(hello.getWindowBytes(), MIN_WINDOW_BYTES) < 0) {
      throw bad(tooSmall("window_bytes", hello.getWindowBytes(), MIN_WINDOW_BYTES));
    }
    if (Long.compareUnsigned(hello.getMaxBatchBytes(), MIN_MAX_BATCH_BYTES) < 0) {
      throw bad(tooSmall("max_batch_bytes", hello.getMaxBatchBytes(), MIN_MAX_BATCH_BYTES));
    }
    int block = hello.getBlockBytes();
    if (block != 0 && (block < Chunker.MIN_BLOCK_BYTES || block > Chunker.MAX_BLOCK_BYTES)) {
      throw bad(
          "block_bytes "
              + unsigned(block)
              + ": 0 or "
              + Chunker.MIN_BLOCK_BYTES
              + " to "
              + Chunker.MAX_BLOCK_BYTES
              + " expected");
    }
    Set<Integer> numbers = new HashSet<>();
    for (FeedRequest feed : hello.getFeedsList()) {
      if (!numbers.add(feed.getFeed())) {
        throw bad("feed number " + unsigned(feed.getFeed()) + " is there twice");
      }
    }
  }

  static long windowBytes(Hello hello) {
    long window = hello.getWindowBytes();
    return window < 0 ? MAX_WINDOW_BYTES : Math.min(window, MAX_WINDOW_BYTES);
  }

  /** What the client takes, as far as this hub makes them. */
  static int datagramBytes(Hello hello) {
    int bytes = hello.getDatagramBytes();
    if (bytes >= 0 && bytes < MIN_DATAGRAM_BYTES) {
      throw bad(tooSmall("datagram_bytes", bytes, MIN_DATAGRAM_BYTES));
    }
    return bytes < 0 ? MAX_DATAGRAM_BYTES : Math.min(bytes, MAX_DATAGRAM_BYTES);
  }

  /** The largest dictionary that the client takes, 0 = none. */
  static int dictionaryBytes(Hello hello) {
    int bytes = hello.getDictionaryBytes();
    return bytes < 0 ? Dictionary.MAX_BYTES : Math.min(bytes, Dictionary.MAX_BYTES);
  }

  static long maxBatchBytes(Hello hello) {
    return hello.getMaxBatchBytes() < 0 ? Long.MAX_VALUE : hello.getMaxBatchBytes();
  }

  /** What one feed comes to, by what there is and what is allowed. */
  static FeedRequested feed(
      FeedRequest request, Collection<DatabaseState> databases, AccessRules.Access access) {
    DatabaseState database = database(request.getDatabase(), databases);
    requireAtMost(
        "a collection name of", request.getCollectionBytes().size(), MAX_NAME_BYTES, "bytes");
    Optional<CollectionSettings> collection = collection(request.getCollection(), database);
    KeyPatterns wanted = patterns(request);
    AccessRules.Ruling ruling =
        access.allowed(database.database(), request.getCollection(), wanted);
    KeyPatterns allowed =
        switch (ruling) {
          case AccessRules.Allowed(KeyPatterns filter) -> filter;
          case AccessRules.Denied(String reason) ->
              throw new ProtocolException(
                  WireError.FORBIDDEN, "database " + database.database() + ": " + reason);
        };
    KeyPatterns ofCollection = collection.map(CollectionSettings::patterns).orElse(KeyPatterns.ALL);
    QosLevel atHub = collection.map(CollectionSettings::level).orElse(database.settings().level());
    return new FeedRequested(
        request.getFeed(),
        database,
        request.getCollection(),
        KeyFilter.of(wanted, ofCollection, allowed),
        level(request.getLevel(), atHub),
        request.getHolds(),
        request.getVerifyOnly());
  }

  /** The patterns a client has to know to judge what a leftover is. */
  static KeyPatterns grantedPatterns(FeedRequest request, DatabaseState database) {
    return collection(request.getCollection(), database)
        .map(CollectionSettings::patterns)
        .orElse(KeyPatterns.ALL);
  }

  static List<Cursor> cursors(FeedRequest request) {
    requireAtMost("", request.getCursorsCount(), MAX_CURSORS, "cursors of a feed");
    List<Cursor> cursors = new ArrayList<>();
    for (StoredCursor stored : request.getCursorsList()) {
      requireAtMost("a cursor of", stored.getLive().size(), Cursor.MAX_PART_BYTES, "bytes");
      requireAtMost("a cursor of", stored.getBackfill().size(), Cursor.MAX_PART_BYTES, "bytes");
      cursors.add(
          new Cursor(
              stored.hasLive() ? stored.getLive().toByteArray() : null,
              stored.hasBackfill() ? stored.getBackfill().toByteArray() : null));
    }
    return cursors;
  }

  static Level toWire(QosLevel level) {
    return switch (level) {
      case REALTIME -> Level.LEVEL_REALTIME;
      case HIGH -> Level.LEVEL_HIGH;
      case LOW -> Level.LEVEL_LOW;
      case IDLE -> Level.LEVEL_IDLE;
    };
  }

  /** A client may wish for less than the hub's level, not for more. */
  private static QosLevel level(Level wish, QosLevel atHub) {
    QosLevel wished =
        switch (wish) {
          case LEVEL_UNSPECIFIED -> atHub;
          case LEVEL_REALTIME -> QosLevel.REALTIME;
          case LEVEL_HIGH -> QosLevel.HIGH;
          case LEVEL_LOW -> QosLevel.LOW;
          case LEVEL_IDLE -> QosLevel.IDLE;
          case UNRECOGNIZED -> throw bad("a QoS level that is not known: 0 to 4 expected");
        };
    return wished.compareTo(atHub) > 0 ? wished : atHub;
  }

  private static DatabaseState database(int number, Collection<DatabaseState> databases) {
    return databases.stream()
        .filter(database -> database.database() == number)
        .findFirst()
        .orElseThrow(() ->
            new ProtocolException(
                WireError.UNKNOWN_DATABASE,
                "database "
                    + unsigned(number)
                    + ": this hub has "
                    + databases.stream().map(DatabaseState::database).toList()));
  }

  private static Optional<CollectionSettings> collection(String name, DatabaseState database) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    List<CollectionSettings> known = database.settings().collections();
    Optional<CollectionSettings> found =
        known.stream().filter(collection -> collection.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      throw new ProtocolException(
          WireError.UNKNOWN_COLLECTION,
          "collection '"
              + name
              + "' of database "
              + database.database()
              + ": this hub has "
              + known.stream().map(CollectionSettings::name).toList());
    }
    return found;
  }

  private static KeyPatterns patterns(FeedRequest request) {
    try {
      return KeyPatterns.of(request.getIncludesList(), request.getExcludesList());
    } catch (IllegalArgumentException e) {
      throw bad("feed " + unsigned(request.getFeed()) + ": " + e.getMessage());
    }
  }

  private static void requireAtMost(String what, int value, int max, String unit) {
    if (value > max) {
      throw bad(what + " " + value + " " + unit + ": at most " + max + " expected");
    }
  }

  private static String tooSmall(String what, long value, long min) {
    return what + " " + Long.toUnsignedString(value) + ": at least " + min + " expected";
  }

  private static String unsigned(int value) {
    return Integer.toUnsignedString(value);
  }

  private static ProtocolException bad(String text) {
    return new ProtocolException(WireError.BAD_REQUEST, text.strip());
  }
}
