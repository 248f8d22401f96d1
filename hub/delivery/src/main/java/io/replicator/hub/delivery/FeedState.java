package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import java.util.List;

/**
 * What a feed is about.
 *
 * <pre>
 *   Opening ──database ready──→ Turning ──both lanes drained──→ TurnSending ──sent──→ Running
 *      └────────────────────────────── resumed as stored ───────────────────────────↗    │
 *                                   ↑ history gone, fold, cursor refresh ────────────────┘
 *      TurnSending of RECONCILE ──→ Reconciling ──client done──→ Turning (RECONCILED) …
 * </pre>
 */
sealed interface FeedState {
  /** The database's first scan is not complete: nothing can be said about the cursors yet. */
  record Opening(List<Cursor> cursors) implements FeedState {
    public Opening {
      cursors = List.copyOf(cursors);
    }
  }

  /** Both cursor parts are about to change in one batch: everything under way goes first. */
  record Turning(Turn turn) implements FeedState {}

  /** That batch is on its way: everything later waits. */
  record TurnSending() implements FeedState {}

  record Running() implements FeedState {}

  /**
   * As running, but backfill is what a {@link ReconcileRun} finds to be lacking; begins with a turn
   * and ends with one.
   */
  record Reconciling() implements FeedState {}

  /** Nothing is sent: the client only compares. */
  record Verifying() implements FeedState {}

  /** Why both cursor parts change. */
  enum Turn {
    /** A snapshot begins. */
    SNAPSHOT,
    /** A reconcile begins: the cut is known. */
    RECONCILE,
    /** A reconcile has ended with the target equal. */
    RECONCILED,
    /** The live round is too large and becomes a backfill round. */
    FOLD,
    /** The live round has come to a very large value: its rest becomes a backfill round. */
    ASIDE,
    /** Only to have the cursor stored: joined from several targets, or long not told. */
    CURSOR
  }
}
