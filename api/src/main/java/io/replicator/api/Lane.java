package io.replicator.api;

/**
 * The two lanes of a feed. Live changes go before the backfill (an initial load or a long catch-up)
 * of the same level; each lane has its own part of the cursor.
 */
public enum Lane {
  LIVE,
  BACKFILL
}
