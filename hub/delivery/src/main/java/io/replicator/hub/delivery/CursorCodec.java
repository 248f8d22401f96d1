package io.replicator.hub.delivery;

import com.google.protobuf.InvalidProtocolBufferException;
import io.replicator.api.Cursor;
import io.replicator.link.wire.CursorToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link FeedPosition} to the two opaque parts of a {@link Cursor} and back. */
final class CursorCodec {
  private static final byte[] NO_ROUND_LEFT = {};

  private CursorCodec() {}

  /**
   * What stored parts say.
   *
   * @param slots identity of the slot numbering
   * @param mark of the chain's list at the end of the live round, as it was then
   */
  record Decoded(long epoch, long slots, FeedPosition position, ChainMark mark) {}

  static byte[] live(long epoch, long slots, Round live, long chained, ChainMark mark) {
    return token(epoch, slots, List.of(live))
        .setChained(chained)
        .setListHash(mark.hash())
        .setListExpiresAt(mark.expiresAtSeconds())
        .build()
        .toByteArray();
  }

  /** Empty if no round is left: so the client knows that it need not remember versions any more. */
  static byte[] backfill(long epoch, long slots, List<Round> rounds) {
    return rounds.isEmpty() ? NO_ROUND_LEFT : token(epoch, slots, rounds).build().toByteArray();
  }

  static Cursor cursor(long epoch, long slots, FeedPosition position, ChainMark mark) {
    byte[] backfill =
        position.reconciles()
            ? token(epoch, slots, position.backfill()).setReconciling(true).build().toByteArray()
            : backfill(epoch, slots, position.backfill());
    return new Cursor(live(epoch, slots, position.live(), position.chained(), mark), backfill);
  }

  /** Empty if the parts are not what a hub gives: half a cursor, garbage, impossible rounds. */
  static Optional<Decoded> decode(Cursor cursor) {
    byte[] livePart = cursor.live();
    byte[] backfillPart = cursor.backfill();
    if (livePart == null || backfillPart == null) {
      return Optional.empty();
    }
    try {
      CursorToken live = CursorToken.parseFrom(livePart);
      CursorToken backfill = CursorToken.parseFrom(backfillPart);
      boolean fits =
          live.getEpoch() == backfill.getEpoch() && live.getSlots() == backfill.getSlots();
      if (live.getRoundsCount() != 1 || (backfillPart.length > 0 && !fits)) {
        return Optional.empty();
      }
      FeedPosition position =
          new FeedPosition(
              rounds(live).getFirst(),
              rounds(backfill),
              live.getChained(),
              backfill.getReconciling());
      ChainMark mark = new ChainMark(live.getListHash(), live.getListExpiresAt());
      return Optional.of(new Decoded(live.getEpoch(), live.getSlots(), position, mark));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static CursorToken.Builder token(long epoch, long slots, List<Round> rounds) {
    CursorToken.Builder token = CursorToken.newBuilder().setEpoch(epoch).setSlots(slots);
    for (Round round : rounds) {
      token.addRounds(
          io.replicator.link.wire.Round.newBuilder()
              .setAfter(round.after())
              .setUntil(round.until())
              .setSlot(round.slot()));
    }
    return token;
  }

  private static List<Round> rounds(CursorToken token) {
    List<Round> rounds = new ArrayList<>(token.getRoundsCount());
    for (io.replicator.link.wire.Round round : token.getRoundsList()) {
      rounds.add(new Round(round.getAfter(), round.getUntil(), round.getSlot()));
    }
    return rounds;
  }
}
