package io.replicator.client.replica;

import io.replicator.client.receiver.ReceiverSession;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Connector;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Watches one session for silence. After a cut TCP waits ever longer before it tries again, up to
 * as long as the cut lasted; a new connection gets through at once. So while nothing is heard, new
 * connections are tried beside the session; when one gets through and there is still nothing heard,
 * the session is ended, to go on over another. Confined to the loop.
 */
final class SilenceWatch {
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Loop loop;
  private final Connector connector;
  private final ReceiverSession session;
  private boolean probing;

  SilenceWatch(Loop loop, Connector connector, ReceiverSession session) {
    this.loop = loop;
    this.connector = connector;
    this.session = session;
  }

  /** Looks from now on until the session has ended. */
  void look() {
    if (session.isEnded()) {
      return;
    }
    if (!probing && session.isSuspect()) {
      probing = true;
      connector
          .connect(Probe::new)
          .whenComplete((connection, failure) -> loop.execute(() -> probed(connection)));
    }
    loop.schedule(LOOK, this::look);
  }

  private void probed(@Nullable Connection through) {
    probing = false;
    if (through != null) {
      through.close();
      if (!session.isEnded() && session.isSuspect()) {
        session.abandon("nothing is heard over this connection, and another one gets through");
      }
    }
  }

  /** A connection that only shows that there is a way. */
  private record Probe(Connection connection) implements Connection.Listener {
    @Override
    public void onFrame(Frame frame) {
      // a hub says nothing before Hello
    }

    @Override
    public void onWritable() {
      // nothing is sent
    }

    @Override
    public void onClosed(String reason) {
      // it has done its work
    }
  }
}
