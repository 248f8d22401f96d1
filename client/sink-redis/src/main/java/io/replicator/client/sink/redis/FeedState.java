package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.SinkException;

/**
 * Whether a feed loads a snapshot and what is owed at its end; stored with the cursor.
 *
 * <pre>
 *          begin, target empty            end
 *   LIVE ---------------------> LOADING ------------------------------------> LIVE
 *    |                                                                         ^
 *    | begin, target held keys              end                  all removed   |
 *    +---------------------> LOADING_OVER_OLD ---> LEFTOVERS ------------------+
 * </pre>
 *
 * A snapshot that begins in any state goes to one of the two loading ones.
 */
enum FeedState {
  LIVE("live"),
  LOADING("loading"),
  LOADING_OVER_OLD("loading over old data"),
  LEFTOVERS("leftovers owed");

  private final String text;

  FeedState(String text) {
    this.text = text;
  }

  /** As it stands in the cursor's hash. */
  String text() {
    return text;
  }

  boolean isLoading() {
    return this == LOADING || this == LOADING_OVER_OLD;
  }

  /** Whether keys at the target may have to go, so that what is applied must be remembered. */
  boolean hasOldData() {
    return this == LOADING_OVER_OLD || this == LEFTOVERS;
  }

  /** The state once this batch is applied. */
  FeedState after(Batch batch, boolean targetHeldKeys) {
    FeedState begun = this;
    if (batch.snapshotBegin()) {
      begun = targetHeldKeys ? LOADING_OVER_OLD : LOADING;
    }
    if (!batch.snapshotEnd()) {
      return begun;
    }
    return begun.hasOldData() ? LEFTOVERS : LIVE;
  }

  static FeedState parse(String name, String text) {
    for (FeedState state : values()) {
      if (state.text.equals(text)) {
        return state;
      }
    }
    throw new SinkException(
        SinkException.Category.BROKEN,
        name + " has the unknown state '" + text + "': delete the key to start with a snapshot");
  }
}
