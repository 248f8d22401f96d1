package io.replicator.client.receiver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.replicator.api.Cursor;
import io.replicator.api.Holdings;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.StoredCursor;
import io.replicator.link.wire.Welcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a session asks for in its Hello, and whether the Welcome grants it. */
final class Handshake {
  /** The version of the protocol that this client speaks. */
  static final int PROTOCOL = 1;

  private final ReceiverSettings settings;
  private final List<FeedPlan> feeds;
  private final List<SessionTarget> targets;
  private final CompareSettings compare;

  Handshake(
      ReceiverSettings settings,
      CompareSettings compare,
      List<FeedPlan> feeds,
      List<SessionTarget> targets) {
    this.settings = settings;
    this.compare = compare;
    this.feeds = List.copyOf(feeds);
    this.targets = List.copyOf(targets);
  }

  /**
   * @param datagramBytes largest datagram that is taken, 0 = none are wanted
   */
  Hello hello(int datagramBytes) {
    Hello.Builder hello =
        Hello.newBuilder()
            .setProtocol(PROTOCOL)
            .setClientId(settings.clientId())
            .setToken(settings.token())
            .addAllCodecs(settings.codecs().stream().map(Compression::codec).toList())
            .setWindowBytes(settings.windowBytes())
            .setMaxBatchBytes(settings.maxBatchBytes())
            .setBlockBytes(settings.blockBytes())
            .setDatagramBytes(datagramBytes)
            .setDictionaryBytes(Dictionary.MAX_BYTES);
    for (int i = 0; i < feeds.size(); i++) {
      hello.addFeeds(request(i, feeds.get(i)));
    }
    return hello.build();
  }

  private FeedRequest request(int number, FeedPlan plan) {
    FeedRequest.Builder request =
        FeedRequest.newBuilder()
            .setFeed(number)
            .setDatabase(plan.id().database())
            .setCollection(plan.id().collection())
            .addAllIncludes(plan.id().patterns().includes())
            .addAllExcludes(plan.id().patterns().excludes())
            .setLevel(LevelCode.toWire(plan.level()))
            .setHolds(holds(plan))
            .setVerifyOnly(compare.verifyOnly());
    for (SessionTarget target : targets) {
      request.addCursors(stored(target.cursor(plan.id())));
    }
    return request.build();
  }

  /** Whether what is at the targets can be compared: all of them can tell, and one holds data. */
  private FeedRequest.Holds holds(FeedPlan plan) {
    boolean data = false;
    for (SessionTarget target : targets) {
      if (!compare.reconcile()
          || !(target.sink() instanceof Holdings holdings)
          || !holdings.tells(plan.id())) {
        return FeedRequest.Holds.UNKNOWN;
      }
      data |= holdings.holdsData(plan.id());
    }
    return data ? FeedRequest.Holds.DATA : FeedRequest.Holds.NOTHING;
  }

  private static StoredCursor stored(Cursor cursor) {
    StoredCursor.Builder stored = StoredCursor.newBuilder();
    if (cursor.live() != null) {
      stored.setLive(bytes(cursor.live()));
    }
    if (cursor.backfill() != null) {
      stored.setBackfill(bytes(cursor.backfill()));
    }
    return stored.build();
  }

  private static ByteString bytes(byte[] array) {
    return UnsafeByteOperations.unsafeWrap(array);
  }

  /**
   * The compression that the hub chose.
   *
   * @throws ProtocolException if it was not among those offered
   */
  Compression compression(Welcome welcome) {
    Compression chosen = Compression.of(welcome.getCodec()).orElse(null);
    if (chosen == null || !settings.codecs().contains(chosen)) {
      throw new ProtocolException(
          WireError.NO_COMMON_CODEC,
          "the hub chose compression %s, offered were %s"
              .formatted(welcome.getCodec(), settings.codecs()));
    }
    return chosen;
  }

  /** Whether a target's cursor tells of a backfill that was under way. */
  boolean mayBackfill(int number) {
    for (SessionTarget target : targets) {
      byte[] part = target.cursor(feeds.get(number).id()).backfill();
      if (part != null && part.length > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * The grants of all feeds, in the order in which they were asked for.
   *
   * @throws ProtocolException if the hub did not grant what was asked for
   */
  List<FeedGrant> grants(Welcome welcome) {
    check(welcome);
    List<FeedGrant> grants = new ArrayList<>();
    for (int i = 0; i < feeds.size(); i++) {
      grants.add(grant(welcome, i));
    }
    return grants;
  }

  private void check(Welcome welcome) {
    if (welcome.getProtocol() != PROTOCOL) {
      throw new ProtocolException(
          WireError.PROTOCOL_VERSION,
          "the hub speaks protocol %d, this client %d: update the older one"
              .formatted(welcome.getProtocol(), PROTOCOL));
    }
    Set<Integer> granted = new HashSet<>();
    for (FeedGrant grant : welcome.getFeedsList()) {
      if (grant.getFeed() < 0 || grant.getFeed() >= feeds.size() || !granted.add(grant.getFeed())) {
        throw new ProtocolException(
            WireError.UNKNOWN_FEED,
            "Welcome grants feed %d, which was not asked for or stands twice"
                .formatted(grant.getFeed()));
      }
    }
  }

  private FeedGrant grant(Welcome welcome, int number) {
    for (FeedGrant grant : welcome.getFeedsList()) {
      if (grant.getFeed() == number) {
        return grant;
      }
    }
    throw new ProtocolException(
        WireError.UNKNOWN_FEED,
        "Welcome does not grant feed %d (%s)".formatted(number, feeds.get(number).id().name()));
  }
}
