package io.replicator.hub.delivery;

/**
 * A range of slots of a feed.
 *
 * @param newest version of the newest change in it, removals among them
 * @param keys how many there are
 */
public record PieceRange(int from, int to, long newest, int keys) {}
