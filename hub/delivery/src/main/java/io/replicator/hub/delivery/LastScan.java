package io.replicator.hub.delivery;

/**
 * The last scan of a database that was no routine, or found something.
 *
 * @param reason why it was made, "sweep" = routine
 * @param endedUnixMillis when it ended
 * @param changedKeys keys it found to be new or another than the hub knew
 */
public record LastScan(String reason, long endedUnixMillis, long changedKeys) {}
