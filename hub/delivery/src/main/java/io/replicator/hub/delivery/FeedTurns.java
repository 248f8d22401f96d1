package io.replicator.hub.delivery;

import io.replicator.link.transport.Loop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The turns of one session's feeds: those that want to are let build what they may, what is built
 * is sent, and where a cap holds it back they come again when it opens. Confined to the loop.
 */
final class FeedTurns {
  private final Loop loop;
  private final Outbox outbox;
  private final BooleanSupplier streaming;
  private final Runnable answers;
  private final Set<Feed> wanting = new LinkedHashSet<>();
  private final Set<Feed> waitingForRoom = new LinkedHashSet<>();

  /** One for blocks and datagrams: whichever of them waits for less. */
  private final EarliestTimer capTimer;

  /** Null = the session has none. */
  private @Nullable DatagramPath datagrams;

  /** Who goes first when a cap opens: by turns, so that neither way takes all of it. */
  private boolean datagramsFirst = true;

  private boolean posted;

  /**
   * @param streaming whether anything may be sent
   * @param answers sends what goes ahead of all feeds
   */
  FeedTurns(Loop loop, Outbox outbox, BooleanSupplier streaming, Runnable answers) {
    this.loop = loop;
    this.outbox = outbox;
    this.streaming = streaming;
    this.answers = answers;
    this.capTimer = new EarliestTimer(loop, this::capOpened);
  }

  void useDatagrams(DatagramPath path) {
    datagrams = path;
  }

  void want(Feed feed) {
    wanting.add(feed);
    post();
  }

  void waitForRoom(Feed feed) {
    waitingForRoom.add(feed);
  }

  void roomMayBeThere() {
    wanting.addAll(waitingForRoom);
    waitingForRoom.clear();
    post();
  }

  /** Soon, once, however often it is asked for. */
  void post() {
    if (!posted) {
      posted = true;
      loop.execute(this::pump);
    }
  }

  private void pump() {
    posted = false;
    if (!streaming.getAsBoolean()) {
      return;
    }
    answers.run();
    List<Feed> now = List.copyOf(wanting);
    wanting.clear();
    now.forEach(Feed::pump);
    if (outbox.send()) {
      post();
    } else {
      waitForCap();
    }
  }

  private void waitForCap() {
    long nanos = outbox.nanosUntilReady();
    if (nanos > 0 && nanos != Long.MAX_VALUE) {
      wakeWhenCapOpens(nanos);
    }
  }

  void wakeWhenCapOpens(long nanos) {
    capTimer.at(loop.nowNanos() + nanos);
  }

  private void capOpened() {
    DatagramPath path = datagrams;
    datagramsFirst = !datagramsFirst;
    if (path != null && datagramsFirst) {
      path.pump();
    }
    pump();
    if (path != null && !datagramsFirst) {
      path.pump();
    }
  }

  /** Other caps hold: what waited for the old ones looks anew. */
  void capsChanged() {
    capTimer.cancel();
    post();
    if (datagrams != null) {
      datagrams.pumpSoon();
    }
  }

  /** Whoever waits for a cap waits no more. */
  void stopWaiting() {
    capTimer.cancel();
  }

  /** Nobody wants anything any more. */
  void clear() {
    wanting.clear();
    waitingForRoom.clear();
  }
}
