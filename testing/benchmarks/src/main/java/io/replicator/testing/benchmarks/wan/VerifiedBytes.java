package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.List;

/**
 * What verifications took of all that one connection carried, told from looks at it several times a
 * second. Around the end of a verification, and from two seconds before, whatever was carried
 * counts, less what the rest of the time carried on average: its keep-alives.
 */
final class VerifiedBytes {
  private static final double BEFORE_SECONDS = 2;
  private static final double AFTER_SECONDS = 0.5;

  /** One look. */
  private record Look(long nanos, double bytes, double verifications) {}

  private final List<Look> looks = new ArrayList<>();

  /** Looks are told in their order. */
  void seen(long nanos, double bytes, double verifications) {
    looks.add(new Look(nanos, bytes, verifications));
  }

  /** Bytes of the verifications, keep-alives of that time taken off; 0 if nothing was seen. */
  double ofVerifications() {
    double verifying = 0;
    double verifyingSeconds = 0;
    double idle = 0;
    double idleSeconds = 0;
    for (int i = 1; i < looks.size(); i++) {
      double bytes = looks.get(i).bytes - looks.get(i - 1).bytes;
      double seconds = (looks.get(i).nanos - looks.get(i - 1).nanos) / 1e9;
      if (verifies(i)) {
        verifying += bytes;
        verifyingSeconds += seconds;
      } else {
        idle += bytes;
        idleSeconds += seconds;
      }
    }
    double keepAlives = idleSeconds == 0 ? 0 : idle / idleSeconds * verifyingSeconds;
    return Math.max(0, verifying - keepAlives);
  }

  /** Whether one ended at about this look. */
  private boolean verifies(int look) {
    long at = looks.get(look).nanos;
    for (int i = 1; i < looks.size(); i++) {
      double later = (looks.get(i).nanos - at) / 1e9;
      if (later > BEFORE_SECONDS) {
        return false;
      }
      if (later >= -AFTER_SECONDS && looks.get(i).verifications > looks.get(i - 1).verifications) {
        return true;
      }
    }
    return false;
  }
}
