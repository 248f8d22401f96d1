package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.KeyPatterns;
import io.replicator.link.codec.Compression;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Welcome;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Hello is answered.
 *
 * @param welcome the frame
 * @param feeds granted, not yet open
 */
record Greeting(Frame welcome, List<Feed> feeds) {

  static Greeting of(
      Hello hello,
      HubCore hub,
      AccessRules.Access access,
      FeedHost host,
      Compression compression,
      int blockBytes) {
    List<Feed> feeds = new ArrayList<>();
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setProtocol(HelloCheck.PROTOCOL)
            .setHubId(hub.settings().hubId())
            .setCodec(compression.codec())
            .setBlockBytes(blockBytes)
            .setKeepaliveMillis((int) hub.settings().keepAlive().toMillis());
    for (FeedRequest request : hello.getFeedsList()) {
      FeedRequested requested = HelloCheck.feed(request, hub.databases(), access);
      List<Cursor> cursors = HelloCheck.cursors(request);
      feeds.add(new Feed(requested, host, cursors));
      welcome.addFeeds(grant(request, requested, cursors));
    }
    return new Greeting(Frame.newBuilder().setWelcome(welcome).build(), feeds);
  }

  /**
   * While the database's first scan is not complete nobody knows yet whether a cursor is good: then
   * this is what it looks like, and a batch with snapshot_begin has the last word.
   */
  private static FeedGrant grant(
      FeedRequest request, FeedRequested requested, List<Cursor> cursors) {
    DatabaseState database = requested.database();
    KeyPatterns patterns = HelloCheck.grantedPatterns(request, database);
    FeedGrant.Builder grant =
        FeedGrant.newBuilder()
            .setFeed(requested.number())
            .setLevel(HelloCheck.toWire(requested.level()))
            .setVersioned(database.versioned())
            .setEpoch(database.epoch())
            .setKeys(database.index().liveKeys())
            .addAllIncludes(patterns.includes())
            .addAllExcludes(patterns.excludes());
    Resume.History history =
        database.ready()
            ? database.history()
            : new Resume.History(
                database.epoch(), database.slots(), Long.MAX_VALUE, 0, database.marks());
    if (requested.verifyOnly()) {
      return grant.setResume(FeedGrant.Resume.VERIFY).build();
    }
    return switch (Resume.judge(cursors, history)) {
      case Resume.From from -> grant.setResume(FeedGrant.Resume.RESUMED).build();
      case Resume.Anew(String reason) -> {
        boolean reconciles =
            requested.holds() == FeedRequest.Holds.DATA && database.cuts().settings().enabled();
        yield grant
            .setResume(reconciles ? FeedGrant.Resume.RECONCILE : FeedGrant.Resume.SNAPSHOT)
            .setReason(reason)
            .build();
      }
    };
  }
}
