package io.replicator.client.sink.cassandra;

import io.replicator.api.Batch;
import io.replicator.api.SinkException;

/**
 * Whether a feed loads a snapshot and what is owed at its end; stored with the cursor.
 *
 * <pre>
 *          begin, no rows there           end
 *   LIVE ---------------------> LOADING ------------------------------------> LIVE
 *    |                                                                         ^
 *    | begin, rows there                    end                  all removed   |
 *    +---------------------> LOADING_OVER_OLD ---> LEFTOVERS ------------------+
 * </pre>
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

  String text() {
    return text;
  }

  /** The state once this batch is applied. */
  FeedState after(Batch batch) {
    if (!batch.snapshotEnd()) {
      return this;
    }
    return this == LOADING_OVER_OLD || this == LEFTOVERS ? LEFTOVERS : LIVE;
  }

  static FeedState parse(String feed, String text) {
    for (FeedState state : values()) {
      if (state.text.equals(text)) {
        return state;
      }
    }
    throw new SinkException(
        SinkException.Category.BROKEN,
        "table replicator_feeds has the unknown state '"
            + text
            + "' for feed "
            + feed
            + ": delete that row to start with a snapshot");
  }
}
