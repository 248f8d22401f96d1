package io.replicator.client.receiver;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Sink;
import io.replicator.api.Value;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.testing.testkit.MemoryLink;
import io.replicator.testing.testkit.VirtualLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session against a scripted hub, both on one loop whose clock the test moves. */
final class Rig {
  static final FeedId FEED = new FeedId(5, "", KeyPatterns.ALL);

  final VirtualLoop loop;
  final MemoryLink link;
  final ScriptedHub hub = new ScriptedHub();
  final List<Sink> setAside = new ArrayList<>();
  final List<FeedId> current = new ArrayList<>();
  final List<SessionEnd> ends = new ArrayList<>();
  List<FeedPlan> feeds = List.of(new FeedPlan(FEED, null));
  ReceiverSettings settings = ReceiverSettings.defaults("test");
  Optional<ReceiverSession> newest = Optional.empty();

  /** Null = no datagrams are wanted. */
  @Nullable DatagramConnector datagrams;

  Rig(long seed) {
    loop = new VirtualLoop(seed);
    link = new MemoryLink(loop, loop, MemoryLink.Settings.FAST);
    link.listen(hub);
  }

  /** Connects with these sinks where they stand. */
  ReceiverSession connect(RecordingSink... sinks) {
    List<SessionTarget> targets = new ArrayList<>();
    for (RecordingSink sink : sinks) {
      targets.add(new SessionTarget(sink, Map.of(FEED, sink.cursor())));
    }
    ReceiverSession session =
        new ReceiverSession(
            loop, loop, settings, CompareSettings.OFF, feeds, targets, new Told(), datagrams);
    newest = Optional.of(session);
    var _ = link.connect(session::start);
    loop.runReady();
    return session;
  }

  FeedProgress progress() {
    return newest.orElseThrow().progress(loop.nowNanos()).getFirst();
  }

  static Batch batch(Lane lane, long readVersion, Cursor cursor, Change... changes) {
    return new Batch(
        FEED, lane, ScriptedHub.EPOCH, readVersion, List.of(changes), cursor, false, false, null);
  }

  static Batch live(long version, String key) {
    return batch(Lane.LIVE, version, new Cursor(new byte[] {1}, null), put(key, version));
  }

  /** The begin of a snapshot that has nothing in it yet. */
  static Batch snapshotBegin() {
    Cursor cursor = new Cursor(new byte[] {1}, new byte[] {1});
    return new Batch(
        FEED, Lane.BACKFILL, ScriptedHub.EPOCH, 1, List.of(), cursor, true, false, null);
  }

  static Batch snapshotEnd(long readVersion, Change... changes) {
    Cursor cursor = new Cursor(null, new byte[0]);
    return new Batch(
        FEED,
        Lane.BACKFILL,
        ScriptedHub.EPOCH,
        readVersion,
        List.of(changes),
        cursor,
        false,
        true,
        null);
  }

  /** A value of more than one block. */
  static Change put(String key, long version) {
    String text = "value of %s at version %d %0100d".formatted(key, version, 0);
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    return new Change.Put(Key.of(key), version, new Value.StringValue(value), 0);
  }

  private final class Told implements ReceiverSession.Observer {
    @Override
    public void onWelcome(String hubId) {}

    @Override
    public void onFeedCurrent(FeedId feed) {
      current.add(feed);
    }

    @Override
    public void onTargetSetAside(Sink sink, Throwable failure) {
      setAside.add(sink);
    }

    @Override
    public void onEnded(SessionEnd end) {
      ends.add(end);
    }
  }
}
