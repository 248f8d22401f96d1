package io.replicator.hub.delivery;

import io.replicator.link.transport.Connection;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.ReconcileNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client that holds data and no cursor; it hears and says what it is told to, and applies
 * nothing.
 */
final class SilentClient implements Connection.Listener {
  final List<Frame> frames = new ArrayList<>();
  boolean ended;
  private @Nullable Connection connection;

  /** Connects; gives the feed that it asks for. */
  FeedRequest connect(Lab lab) {
    Hello.Builder hello = TestClient.hello(new TestClient.Store());
    FeedRequest feed = hello.getFeeds(0).toBuilder().setHolds(FeedRequest.Holds.DATA).build();
    lab.link.connect(opened -> {
      connection = opened;
      send(Frame.newBuilder().setHello(hello.setFeeds(0, feed)).build());
      return this;
    });
    return feed;
  }

  void send(Frame frame) {
    Connection open = Objects.requireNonNull(connection);
    open.send(frame);
    open.flush();
  }

  void say(FeedRequest feed, long run, ReconcileNote.Kind kind) {
    send(
        Frame.newBuilder()
            .setReconcileNote(
                ReconcileNote.newBuilder().setFeed(feed.getFeed()).setRun(run).setKind(kind))
            .build());
  }

  boolean hasHeard(ReconcileNote.Kind kind) {
    return frames.stream()
        .anyMatch(frame -> frame.hasReconcileNote() && frame.getReconcileNote().getKind() == kind);
  }

  long runs() {
    return frames.stream().filter(Frame::hasReconcileBegin).count();
  }

  @Override
  public void onFrame(Frame frame) {
    frames.add(frame);
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed(String reason) {
    ended = true;
  }
}
