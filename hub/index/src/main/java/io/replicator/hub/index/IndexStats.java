package io.replicator.hub.index;

/**
 * What a change index holds and what its housekeeping has cost.
 *
 * @param logEntries entries of the version log, garbage included
 * @param logEntriesRead entries looked at by {@link ChangeIndex#listDirty}, ever
 * @param logEntriesCleaned entries looked at by cleaning, ever
 * @param cleaningPasses passes begun, ever
 * @param keysMoved keys met while slabs were emptied, ever
 */
public record IndexStats(
    int liveKeys,
    int tombstones,
    long version,
    long horizon,
    long memoryBytes,
    long logEntries,
    long logEntriesRead,
    long logEntriesCleaned,
    long cleaningPasses,
    long keysMoved) {}
