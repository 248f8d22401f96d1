package io.replicator.client.receiver;

import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.Pong;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether the hub is still there, how far away it is, and what its clock says. Told the time; sends
 * nothing itself.
 *
 * <pre>
 * silent for a third of an interval             → ping
 * no answer for 1 s and four round trips        → suspect: try whether another connection gets through
 * an interval since the last ping               → ping, for the lag (P96)
 * silent for three intervals                    → dead
 * </pre>
 *
 * <p>The clock offset is taken from the answer with the shortest round trip of late: the half of it
 * bounds the error.
 */
final class KeepAlive {
  private static final long MIN_INTERVAL_MILLIS = 50;
  private static final long MAX_INTERVAL_MILLIS = 600_000;
  private static final int DEAD_AFTER_INTERVALS = 3;
  private static final int PINGS_PER_INTERVAL = 3;
  private static final long SUSPECT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SUSPECT_ROUND_TRIPS = 4;

  private final long intervalNanos;
  private long heardNanos;
  private long pingNonce;
  private long pingSentNanos;
  private long pingSentUnixMillis;
  private boolean pinging;
  private long rttNanos = -1;
  private long bestRttNanos = Long.MAX_VALUE;
  private @Nullable Long offsetMicros;

  KeepAlive(int millis, long nowNanos) {
    intervalNanos =
        TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, MIN_INTERVAL_MILLIS, MAX_INTERVAL_MILLIS));
    heardNanos = nowNanos;
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  boolean dead(long nowNanos) {
    return nowNanos - heardNanos >= DEAD_AFTER_INTERVALS * intervalNanos;
  }

  /** Whether nothing came since a ping that should have been answered by now. */
  boolean suspect(long nowNanos) {
    return pinging
        && heardNanos - pingSentNanos < 0
        && nowNanos - pingSentNanos >= Math.max(SUSPECT_NANOS, SUSPECT_ROUND_TRIPS * rttNanos);
  }

  /**
   * A ping, if the hub was silent for long enough and none is out, or the last one was long ago, or
   * none was ever sent.
   */
  @Nullable Frame ping(long nowNanos, long unixMillis) {
    boolean first = pingNonce == 0;
    boolean silent = nowNanos - heardNanos >= intervalNanos / PINGS_PER_INTERVAL;
    boolean asked = pinging && nowNanos - pingSentNanos < intervalNanos;
    boolean longAgo = nowNanos - pingSentNanos >= intervalNanos;
    if (!first && !longAgo && (!silent || asked)) {
      return null;
    }
    pinging = true;
    pingNonce++;
    pingSentNanos = nowNanos;
    pingSentUnixMillis = unixMillis;
    return Frame.newBuilder().setPing(Ping.newBuilder().setNonce(pingNonce)).build();
  }

  void pong(Pong pong, long nowNanos) {
    if (!pinging || pong.getNonce() != pingNonce) {
      return; // the answer to a ping that was given up
    }
    pinging = false;
    rttNanos = nowNanos - pingSentNanos;
    // the best one ages, so that a moved clock or route is believed after some answers
    bestRttNanos = bestRttNanos == Long.MAX_VALUE ? rttNanos : bestRttNanos + bestRttNanos / 8 + 1;
    if (rttNanos <= bestRttNanos) {
      bestRttNanos = rttNanos;
      long halfMicros = TimeUnit.NANOSECONDS.toMicros(rttNanos / 2);
      offsetMicros =
          pong.getUnixMicros() - TimeUnit.MILLISECONDS.toMicros(pingSentUnixMillis) - halfMicros;
    }
  }

  /** How long to wait before looking again. */
  Duration untilNextLook(long nowNanos) {
    long step = intervalNanos / PINGS_PER_INTERVAL;
    long sinceHeard = nowNanos - heardNanos;
    long untilDead = DEAD_AFTER_INTERVALS * intervalNanos - sinceHeard;
    long wait = Math.min(step - sinceHeard % step, untilDead);
    return Duration.ofNanos(Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1)));
  }

  /** How long the hub may be silent, for the message. */
  Duration limit() {
    return Duration.ofNanos(DEAD_AFTER_INTERVALS * intervalNanos);
  }

  OptionalLong rttNanos() {
    return rttNanos < 0 ? OptionalLong.empty() : OptionalLong.of(rttNanos);
  }

  /** The hub's clock minus this one's. */
  OptionalLong clockOffsetMicros() {
    return offsetMicros == null ? OptionalLong.empty() : OptionalLong.of(offsetMicros);
  }
}
