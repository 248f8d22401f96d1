package io.replicator.hub.source.redis;

import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.replicator.hub.source.redis.RedisSource.Session;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How hints come over a session: keyspace notifications if the server's configuration allows them
 * or may be changed, else client tracking, else not at all (polling by the sweep).
 */
final class HintChannel {
  private static final String NEEDED = "g$lshzxet";

  /** In the order of preference. */
  enum Kind {
    NOTIFICATIONS("notifications"),
    TRACKING("tracking"),
    POLLING("polling");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final Session session;
  private final HintBuffer buffer;
  private final int database;
  private final String keys; // a pattern
  private final String neededFlags;
  private final String addedFlags;
  private Kind kind = Kind.POLLING;
  private volatile boolean flushed; // tracking's null push

  /** For all keys of a database. */
  HintChannel(Session session, HintBuffer buffer, int database) {
    this(session, buffer, database, "*", NEEDED, "KA");
  }

  /** For one string key: a hint is nothing but a {@link HintBuffer#wake}. */
  static HintChannel ofVersion(Session session, HintBuffer buffer, int database) {
    return new HintChannel(session, buffer, database, "version", "$", "K$");
  }

  private HintChannel(
      Session session,
      HintBuffer buffer,
      int database,
      String keys,
      String neededFlags,
      String addedFlags) {
    this.keys = keys;
    this.neededFlags = neededFlags;
    this.addedFlags = addedFlags;
    this.session = session;
    this.buffer = buffer;
    this.database = database;
  }

  /** Begins to listen; when it returns, no change goes unnoticed. */
  Kind open() throws InterruptedException {
    if (allowNotifications() && subscribed()) {
      kind = Kind.NOTIFICATIONS;
    } else if (tracked()) {
      kind = Kind.TRACKING;
    }
    return kind;
  }

  /** Listens to notifications if they are allowed. */
  void openNotifications() throws InterruptedException {
    if (allowNotifications() && subscribed()) {
      kind = Kind.NOTIFICATIONS;
    }
  }

  Kind kind() {
    return kind;
  }

  /** Whether tracking told of a flush since it was last asked. */
  boolean tookFlush() {
    boolean was = flushed;
    flushed = false;
    return was;
  }

  /** Whether the server still sends all notifications; sets them again if not. */
  boolean stillAllowed() throws InterruptedException {
    if (kind != Kind.NOTIFICATIONS || isSufficient(flags())) {
      return true;
    }
    allowNotifications();
    return false;
  }

  private boolean allowNotifications() throws InterruptedException {
    String flags = flags();
    if (flags == null || isSufficient(flags)) {
      return flags != null;
    }
    Object set =
        session
            .calls()
            .getIfAllowed(
                session
                    .readLink()
                    .call(CommandType.CONFIG, "SET", "notify-keyspace-events", flags + addedFlags));
    return set != null;
  }

  private @Nullable String flags() throws InterruptedException {
    Object reply =
        session
            .calls()
            .getIfAllowed(
                session.readLink().call(CommandType.CONFIG, "GET", "notify-keyspace-events"));
    return reply instanceof Object[] pair && pair.length == 2 ? Calls.text(pair[1]) : null;
  }

  private boolean isSufficient(@Nullable String flags) {
    return flags != null
        && flags.indexOf('K') >= 0
        && (flags.indexOf('A') >= 0
            || neededFlags.chars().allMatch(flag -> flags.indexOf(flag) >= 0));
  }

  private boolean subscribed() throws InterruptedException {
    byte[] prefix = ("__keyspace@" + database + "__:").getBytes(StandardCharsets.US_ASCII);
    byte[] pattern = ("__keyspace@" + database + "__:" + keys).getBytes(StandardCharsets.US_ASCII);
    session
        .hintLink()
        .pubSub()
        .addListener(
            new RedisPubSubAdapter<byte[], byte[]>() {
              @Override
              public void message(byte[] matched, byte[] channel, byte[] event) {
                buffer.add(Arrays.copyOfRange(channel, prefix.length, channel.length));
              }
            });
    try {
      session.calls().get(session.hintLink().pubSub().async().psubscribe(pattern));
      return true;
    } catch (io.replicator.redis.RedisAccessException e) {
      if (e.category() == io.replicator.redis.RedisAccessException.Category.PERMISSION) {
        return false;
      }
      throw e;
    }
  }

  private boolean tracked() throws InterruptedException {
    session.hintLink().connection().addListener(this::pushed);
    Object reply =
        session
            .calls()
            .getIfAllowed(session.hintLink().call(CommandType.CLIENT, "TRACKING", "ON", "BCAST"));
    return reply != null;
  }

  private void pushed(PushMessage push) {
    if (!push.getType().equals("invalidate")) {
      return;
    }
    List<Object> content = push.getContent(HintChannel::copied);
    if (content.size() > 1 && content.get(1) instanceof List<?> keys) {
      for (Object key : keys) {
        if (key instanceof byte[] bytes) {
          buffer.add(bytes);
        }
      }
    } else {
      flushed = true;
      buffer.wake();
    }
  }

  private static byte[] copied(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
