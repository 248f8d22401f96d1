package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.hub.delivery.CursorCodec.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Judges the cursors that a client brings back, one for each target behind it, and finds the one
 * position from which all of them become right: what any of them lacks is owed again.
 */
sealed interface Resume {

  /**
   * It goes on.
   *
   * @param asStored whether every target has exactly this cursor stored, in this slot numbering: a
   *     cursor whose parts are of two numberings could not be read
   */
  record From(FeedPosition position, boolean asStored) implements Resume {}

  /** It starts again from a snapshot. */
  record Anew(String reason) implements Resume {}

  /**
   * The history that cursors are held against.
   *
   * @param slots identity of the slot numbering
   * @param marks of the version chain; none of a plain database
   */
  record History(long epoch, long slots, long version, long horizon, ChainMarks marks) {}

  static Resume judge(List<Cursor> cursors, History history) {
    List<FeedPosition> positions = new ArrayList<>();
    boolean numbered = true;
    if (cursors.isEmpty()) {
      return new Anew("no cursor");
    }
    for (Cursor cursor : cursors) {
      if (cursor.isNone()) {
        return new Anew("no cursor");
      }
      Optional<Decoded> decoded = CursorCodec.decode(cursor);
      if (decoded.isEmpty()) {
        return new Anew("unreadable cursor");
      }
      Optional<String> refusal = refusal(decoded.get(), history);
      if (refusal.isPresent()) {
        return new Anew(refusal.get());
      }
      positions.add(inNumbering(decoded.get(), history));
      numbered &= decoded.get().slots() == history.slots();
    }
    boolean same = cursors.stream().allMatch(cursors.getFirst()::equals);
    return new From(same ? positions.getFirst() : union(positions), same && numbered);
  }

  private static Optional<String> refusal(Decoded cursor, History history) {
    FeedPosition position = cursor.position();
    if (cursor.epoch() != history.epoch()) {
      return Optional.of("unknown epoch");
    }
    if (position.live().until() > history.version() || position.chained() > history.version()) {
      return Optional.of("cursor ahead of the source");
    }
    if (!history.marks().of(position.live().until()).mayBe(cursor.mark())) {
      return Optional.of("another version chain");
    }
    if (position.reconciles()) {
      return Optional.of("reconcile was cut");
    }
    return position.isBehind(history.horizon()) ? Optional.of("history gone") : Optional.empty();
  }

  private static FeedPosition inNumbering(Decoded cursor, History history) {
    FeedPosition position = cursor.position();
    if (cursor.slots() == history.slots()) {
      return position;
    }
    return new FeedPosition(
        position.live().from(0),
        position.backfill().stream().map(round -> anew(round, history.horizon())).toList(),
        position.chained());
  }

  /**
   * A hub that has started since does not tell versions up to its horizon apart: what a load still
   * owes may have the horizon's version there, and lies within the round only if that goes so far.
   */
  private static Round anew(Round round, long horizon) {
    return round.isSnapshot() ? new Round(0, Math.max(round.until(), horizon), 0) : round.from(0);
  }

  /** Live goes on at the foremost target; what the others lack up to there becomes backfill. */
  private static FeedPosition union(List<FeedPosition> positions) {
    long foremost = positions.stream().mapToLong(p -> p.live().after()).max().orElseThrow();
    List<Round> owed = new ArrayList<>();
    for (FeedPosition position : positions) {
      owed.addAll(position.backfill());
      if (position.live().after() < foremost) {
        owed.add(new Round(position.live().after(), foremost, 0));
      }
    }
    long chained = positions.stream().mapToLong(FeedPosition::chained).min().orElseThrow();
    return new FeedPosition(Round.doneAt(foremost), FeedPosition.limited(disjoint(owed)), chained);
  }

  /** The union of intervals that may overlap, each piece from the smallest slot that covers it. */
  private static List<Round> disjoint(List<Round> owed) {
    TreeSet<Long> bounds = new TreeSet<>();
    for (Round round : owed) {
      bounds.add(round.after());
      bounds.add(round.until());
    }
    List<Round> pieces = new ArrayList<>();
    for (long after : bounds) {
      Long until = bounds.higher(after);
      int slot = until == null ? -1 : smallestSlot(owed, after, until);
      if (until == null || slot < 0) {
        continue;
      }
      Round last = pieces.isEmpty() ? null : pieces.getLast();
      if (last != null && last.until() == after && last.slot() == slot) {
        pieces.removeLast();
        pieces.add(new Round(last.after(), until, slot));
      } else {
        pieces.add(new Round(after, until, slot));
      }
    }
    return pieces;
  }

  private static int smallestSlot(List<Round> owed, long after, long until) {
    return owed.stream()
        .filter(round -> round.after() <= after && round.until() >= until)
        .mapToInt(Round::slot)
        .min()
        .orElse(-1);
  }
}
