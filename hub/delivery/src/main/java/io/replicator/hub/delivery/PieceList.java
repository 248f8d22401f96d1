package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import java.util.List;

/**
 * All pieces of a feed.
 *
 * @param slots identity of the slot numbering
 * @param cursor what changed since, together with the pieces, is the whole
 */
public record PieceList(long epoch, long slots, Cursor cursor, List<PieceRange> ranges) {
  public PieceList {
    ranges = List.copyOf(ranges);
  }
}
