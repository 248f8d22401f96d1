package io.replicator.testing.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.replicator.api.Cursor;
import io.replicator.link.wire.CursorToken;
import io.replicator.link.wire.Round;
import java.util.List;

/** What a stored cursor says, read by its definition in wire.proto and by no code of the hub. */
record Position(long epoch, long liveAfter, long chained, List<Round> backfill) {

  static Position of(Cursor cursor) {
    byte[] livePart = cursor.live();
    byte[] backfillPart = cursor.backfill();
    if (livePart == null) {
      throw new IllegalStateException("a cursor without a live part");
    }
    try {
      CursorToken live = CursorToken.parseFrom(livePart);
      List<Round> backfill =
          backfillPart == null || backfillPart.length == 0
              ? List.of()
              : CursorToken.parseFrom(backfillPart).getRoundsList();
      return new Position(
          live.getEpoch(), live.getRounds(0).getAfter(), live.getChained(), backfill);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a cursor that cannot be read", e);
    }
  }

  /** Whether with this cursor a reconcile begins. */
  static boolean beginsReconcile(Cursor cursor) {
    byte[] backfill = cursor.backfill();
    try {
      return backfill != null
          && cursor.live() != null
          && CursorToken.parseFrom(backfill).getReconciling();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a cursor that cannot be read", e);
    }
  }

  /** Whether what has this version is said to be there. */
  boolean promises(long version) {
    return version <= liveAfter
        && backfill.stream()
            .noneMatch(round -> version > round.getAfter() && version <= round.getUntil());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("live " + liveAfter + " backfill");
    backfill.forEach(round ->
        text.append(
            " (%d, %d] from %d".formatted(round.getAfter(), round.getUntil(), round.getSlot())));
    return text.toString();
  }
}
