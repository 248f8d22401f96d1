package io.replicator.link.codec;

import io.replicator.api.Lane;

/** The two names of a lane. */
final class LaneCode {
  private LaneCode() {}

  static io.replicator.link.wire.Lane toWire(Lane lane) {
    return switch (lane) {
      case LIVE -> io.replicator.link.wire.Lane.LANE_LIVE;
      case BACKFILL -> io.replicator.link.wire.Lane.LANE_BACKFILL;
    };
  }

  static Lane fromWire(io.replicator.link.wire.Lane lane) {
    return switch (lane) {
      case LANE_LIVE -> Lane.LIVE;
      case LANE_BACKFILL -> Lane.BACKFILL;
      case UNRECOGNIZED ->
          throw new ProtocolException(WireError.BAD_FRAME, "a block of a lane that is not known");
    };
  }
}
