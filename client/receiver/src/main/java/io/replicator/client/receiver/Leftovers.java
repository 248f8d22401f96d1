package io.replicator.client.receiver;

import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.link.transport.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the targets of a feed remove what a snapshot has left: keys that the hub does not hold.
 * Confined to the loop.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private final FeedId id;
  private final TargetSet targets;
  private final Sink.Presence presence;
  private final Runnable whenRemoved;
  private int out;

  /**
   * @param whenRemoved told for each target that is through, on the {@link Loop}
   */
  Leftovers(FeedId id, TargetSet targets, Sink.Presence presence, Runnable whenRemoved) {
    this.id = id;
    this.targets = targets;
    this.presence = presence;
    this.whenRemoved = whenRemoved;
  }

  /** Whether targets are still at it. */
  boolean isRemoving() {
    return out > 0;
  }

  /** Of every target. */
  void remove() {
    targets.active().forEach(this::remove);
  }

  /** Of targets that were stopped in the middle of it. */
  void removeOwed() {
    targets.active().stream()
        .filter(target -> target.sink().owesLeftovers(id))
        .forEach(this::remove);
  }

  private void remove(TargetSet.Target target) {
    out++;
    targets.call(
        target,
        sink -> sink.removeLeftovers(id, presence),
        removed -> log(target.sink(), removed),
        () -> {
          out--;
          whenRemoved.run();
        });
  }

  private void log(Sink sink, long removed) {
    LOG.atInfo()
        .addKeyValue("feed", id.name())
        .addKeyValue("target", sink.name())
        .addKeyValue("removed", removed)
        .log("snapshot complete, leftovers removed");
  }
}
