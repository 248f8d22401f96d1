package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.link.codec.ParitySum;

/**
 * How many datagrams share a parity, by what the line loses: a parity is bytes for everybody, and
 * what it saves is one round trip for what is lost. Confined to the loop.
 */
final class ParityPolicy {
  /** As the operator wants it. */
  record Setting(int datagrams) {
    private static final int BY_LOSS = -1;
    static final Setting AUTO = new Setting(BY_LOSS);

    Setting {
      if (datagrams < BY_LOSS || datagrams > ParitySum.MAX_COUNT) {
        throw new IllegalArgumentException(
            "a parity for every %d datagrams: 0 (none) to %d expected"
                .formatted(datagrams, ParitySum.MAX_COUNT));
      }
    }
  }

  /** So many datagrams are sent before the line is judged, and judged again. */
  private static final int JUDGED_AFTER = 64;

  private static final int JUDGED_AGAIN_AFTER = 256;

  private static final double BEGINS_AT = 0.004;
  private static final double ENDS_BELOW = 0.001;

  /** Beyond it REALTIME gets more of them, though not a seventh of its bytes. */
  private static final double LOSES_MUCH = 0.02;

  private static final int USUAL = 10;
  private static final int FOR_REALTIME = 8;

  private final Setting setting;
  private long sentBefore;
  private long lostBefore;
  private double loss;
  private boolean on;

  ParityPolicy(Setting setting) {
    this.setting = setting;
  }

  /**
   * @param sent datagrams until now
   * @param lost of them those that did not arrive, whether they were made from parities or not
   */
  void judge(long sent, long lost) {
    if (sent - sentBefore < (on ? JUDGED_AGAIN_AFTER : JUDGED_AFTER)) {
      return;
    }
    double now = Math.max(0, lost - lostBefore) / (double) (sent - sentBefore);
    loss += (now - loss) / 2;
    on = on ? loss >= ENDS_BELOW : loss >= BEGINS_AT;
    sentBefore = sent;
    lostBefore = lost;
  }

  /** So many datagrams share a parity; 0 = there is none. */
  int datagrams(QosLevel level) {
    if (setting.datagrams != Setting.BY_LOSS) {
      return setting.datagrams;
    }
    if (!on) {
      return 0;
    }
    return level == QosLevel.REALTIME && loss > LOSES_MUCH ? FOR_REALTIME : USUAL;
  }
}
