package io.replicator.hub.web;

import io.replicator.hub.delivery.PieceList;
import io.replicator.hub.delivery.PieceRange;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an URL says of a piece: {@code pieces/EPOCH-SLOTS/FROM-TO-NEWEST}. Another newest version is
 * another URL, so what is cached under one stays true (P132).
 */
record PieceUrl(long epoch, long slots, int from, int to, long newest) {
  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{1,16})-([0-9a-f]{1,16})/(\\d{1,9})-(\\d{1,9})-([0-9a-f]{1,16})");

  static PieceUrl of(PieceList pieces, PieceRange range) {
    return new PieceUrl(pieces.epoch(), pieces.slots(), range.from(), range.to(), range.newest());
  }

  /** Empty if it is none. */
  static Optional<PieceUrl> parse(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? Optional.of(
            new PieceUrl(
                Long.parseUnsignedLong(parts.group(1), 16),
                Long.parseUnsignedLong(parts.group(2), 16),
                Integer.parseInt(parts.group(3)),
                Integer.parseInt(parts.group(4)),
                Long.parseUnsignedLong(parts.group(5), 16)))
        : Optional.empty();
  }

  String text() {
    return Long.toHexString(epoch)
        + "-"
        + Long.toHexString(slots)
        + "/"
        + from
        + "-"
        + to
        + "-"
        + Long.toHexString(newest);
  }
}
