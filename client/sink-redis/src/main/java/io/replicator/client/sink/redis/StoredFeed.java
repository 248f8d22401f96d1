package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.SinkException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the target holds about a feed beside its data: the fields of the cursor's hash.
 *
 * <pre>
 *   live, backfill    the cursor parts
 *   feed              what the feed is, in words
 *   state             {@link FeedState}
 *   chain             the source's version that stands at the target; only of a versioned feed
 *   __replicator:…    (no value) temporary keys that are in use now
 * </pre>
 *
 * @param chainVersion -1 = no chain was written
 */
record StoredFeed(Cursor cursor, FeedState state, long chainVersion) {
  static final StoredFeed NEVER_SEEN = new StoredFeed(Cursor.NONE, FeedState.LIVE, -1);

  private static final List<String> FIELDS = List.of("live", "backfill", "feed", "state", "chain");

  /** What HGETALL told: the feed and the names of temporary keys. */
  record Read(StoredFeed feed, List<byte[]> temporaries) {}

  static Read read(FeedId feed, Names names, Reply reply) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    List<byte[]> temporaries = new ArrayList<>();
    List<Reply> items = reply.items();
    for (int i = 0; i + 1 < items.size(); i += 2) {
      if (items.get(i) instanceof Reply.Text field
          && items.get(i + 1) instanceof Reply.Text value) {
        if (Names.isOwn(field.bytes())) {
          temporaries.add(field.bytes());
        } else {
          fields.put(field.string(), value.bytes());
        }
      }
    }
    byte[] described = fields.get("feed");
    if (described == null) {
      return new Read(NEVER_SEEN, temporaries); // also what a flush in between has left
    }
    String known = text(described);
    if (!known.equals(describe(feed))) {
      throw broken(names, "belongs to another feed: " + known);
    }
    byte[] state = fields.get("state");
    return new Read(
        new StoredFeed(
            cursor(names, fields.get("live"), fields.get("backfill")),
            state == null ? FeedState.LIVE : FeedState.parse(names.toString(), text(state)),
            chain(names, fields.get("chain"))),
        temporaries);
  }

  /** What stands there once the batch is applied. */
  StoredFeed after(Batch batch, boolean targetHeldKeys, boolean writesChain) {
    Batch.VersionChain chain = batch.chain();
    return new StoredFeed(
        cursor.updatedBy(batch.cursor()),
        state.after(batch, targetHeldKeys),
        writesChain && chain != null ? chain.version() : chainVersion);
  }

  StoredFeed withState(FeedState updated) {
    return new StoredFeed(cursor, updated, chainVersion);
  }

  /** Writes all that differs from {@code before}; null if nothing does. */
  @Nullable Command write(FeedId feed, Names names, StoredFeed before) {
    Map<String, byte[]> old = before.fields(feed);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(names.cursor());
    fields(feed)
        .forEach((field, value) -> {
          if (!java.util.Arrays.equals(old.get(field), value)) {
            arguments.add(Names.ascii(field));
            arguments.add(value);
          }
        });
    return arguments.size() == 1 ? null : Command.of(Word.HSET, arguments);
  }

  /** Writes everything anew. */
  List<Command> rewrite(FeedId feed, Names names) {
    List<byte[]> gone = new ArrayList<>(List.of(names.cursor()));
    FIELDS.forEach(field -> gone.add(Names.ascii(field)));
    List<Command> commands = new ArrayList<>(List.of(Command.of(Word.HDEL, gone)));
    Command write = write(feed, names, NEVER_SEEN);
    if (write != null) {
      commands.add(write);
    }
    return commands;
  }

  /** How many fields {@link #write} adds that were not there before. */
  long fieldsAdded(FeedId feed, StoredFeed before) {
    Map<String, byte[]> now = fields(feed);
    return (long) now.size() - before.fields(feed).size();
  }

  private Map<String, byte[]> fields(FeedId feed) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    if (equals(NEVER_SEEN)) {
      return fields;
    }
    fields.put("feed", describe(feed).getBytes(StandardCharsets.UTF_8));
    fields.put("state", Names.ascii(state.text()));
    if (chainVersion >= 0) {
      fields.put("chain", Names.ascii(chainVersion));
    }
    if (cursor.live() != null) {
      fields.put("live", cursor.live());
    }
    if (cursor.backfill() != null) {
      fields.put("backfill", cursor.backfill());
    }
    return fields;
  }

  private static String describe(FeedId feed) {
    return "database "
        + feed.database()
        + (feed.collection().isEmpty() ? "" : " collection " + feed.collection())
        + " "
        + feed.patterns();
  }

  private static Cursor cursor(Names names, byte @Nullable [] live, byte @Nullable [] backfill) {
    try {
      return new Cursor(live, backfill);
    } catch (IllegalArgumentException e) {
      throw broken(names, "holds " + e.getMessage());
    }
  }

  private static long chain(Names names, byte @Nullable [] field) {
    if (field == null) {
      return -1;
    }
    long version = Names.chainVersion(Names.ascii("version:" + text(field)));
    if (version < 0) {
      throw broken(names, "has '" + text(field) + "' as its chain's version, a number expected");
    }
    return version;
  }

  private static SinkException broken(Names names, String what) {
    return new SinkException(
        SinkException.Category.BROKEN,
        "key " + names + " " + what + ": delete the key to start with a snapshot");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
