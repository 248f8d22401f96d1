package io.replicator.client.replica;

import io.replicator.api.Counted;
import io.replicator.api.FeedId;
import io.replicator.client.receiver.DatagramProgress;
import io.replicator.client.receiver.FeedProgress;
import io.replicator.client.receiver.Verification;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a replica is doing, at one moment.
 *
 * @param state what it does now
 * @param hub address of the hub in use or tried
 * @param hubId what that hub calls itself, "" = not heard yet
 * @param message what an operator should know, "" = nothing
 * @param codec compression in use, "" = not connected
 * @param sessions sessions that a hub welcomed
 * @param rttNanos round trip to the hub, empty = not known
 * @param clockOffsetMicros the hub's clock minus this one's, empty = not known
 * @param datagrams of this session, null = not connected
 * @param feeds one for each feed
 * @param targets one for each target
 */
public record ReplicaStatus(
    State state,
    String hub,
    String hubId,
    String message,
    String codec,
    long sessions,
    OptionalLong rttNanos,
    OptionalLong clockOffsetMicros,
    @Nullable DatagramProgress datagrams,
    List<FeedStatus> feeds,
    List<TargetStatus> targets) {

  /** What a replica does. */
  public enum State {
    /** Asking its targets where they stand. */
    OPENING,
    /** Seeking a hub. */
    CONNECTING,
    /** Connected, at least one feed loads. */
    LOADING,
    /** Connected, everything is there and changes flow. */
    LIVE,
    /** Waiting before the next attempt. */
    WAITING,
    /** It gave up: every target is broken, or the hub refuses and failing fast was asked for. */
    FAILED,
    CLOSED
  }

  /**
   * @param progress of the present session or the last one, null = none yet
   * @param total keys, bytes and batches of all sessions of this process
   * @param current whether nothing is left to load
   * @param checks what comparing it with the hub has shown
   */
  public record FeedStatus(
      FeedId feed,
      @Nullable FeedProgress progress,
      FeedTotals total,
      boolean current,
      CheckStatus checks) {}

  /**
   * What comparing a feed with the hub has shown in all sessions of this process.
   *
   * @param sinceVerifiedNanos since a comparison ended last, empty = none did
   * @param verifications comparisons that ended
   * @param lastDifferences keys that the last one found to differ and nothing has mended since
   * @param lastKeys some of them
   * @param driftFound keys that all of them found to differ
   * @param repaired keys mended because of that
   */
  public record CheckStatus(
      OptionalLong sinceVerifiedNanos,
      long verifications,
      long lastDifferences,
      List<String> lastKeys,
      long driftFound,
      long repaired) {
    public CheckStatus {
      lastKeys = List.copyOf(lastKeys);
    }

    static CheckStatus of(Verification checks, long nowNanos) {
      return new CheckStatus(
          checks.sinceNanos(nowNanos),
          checks.verifications(),
          checks.lastDifferences(),
          checks.lastKeys(),
          checks.drift(),
          checks.repaired());
    }
  }

  /**
   * @param loadedKeys keys that came by backfill
   * @param liveKeys keys that came live
   * @param droppedKeys entries that were older than what was there
   * @param receivedBytes block data
   * @param rawBytes after decompression
   */
  public record FeedTotals(
      long loadedKeys,
      long liveKeys,
      long droppedKeys,
      long receivedBytes,
      long rawBytes,
      long batches) {
    static final FeedTotals NONE = new FeedTotals(0, 0, 0, 0, 0, 0);

    FeedTotals plus(FeedProgress session) {
      return new FeedTotals(
          loadedKeys + session.loadedKeys(),
          liveKeys + session.liveKeys(),
          droppedKeys + session.droppedKeys(),
          receivedBytes + session.receivedBytes(),
          rawBytes + session.rawBytes(),
          batches + session.appliedBatches());
    }
  }

  /**
   * @param state "active", "set aside", "stopped"
   * @param message why it is not active, "" = it is
   * @param failures how often it failed
   * @param counted what it has counted since it was made
   */
  public record TargetStatus(
      String name, String state, String message, long failures, List<Counted> counted) {}

  /** Whether the targets hold what the source holds, but for what is on the way. */
  public boolean isReady() {
    return state == State.LIVE
        && targets.stream().allMatch(target -> target.state.equals("active"));
  }
}
