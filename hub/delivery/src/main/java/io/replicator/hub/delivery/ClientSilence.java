package io.replicator.hub.delivery;

import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Ping;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a client has said nothing: after one interval it is pinged, after three it is gone. Told
 * the time; sends nothing itself.
 */
final class ClientSilence {
  private static final int GONE_AFTER_INTERVALS = 3;

  private final long intervalNanos;
  private long heardNanos;
  private long pings;

  ClientSilence(Duration interval, long nowNanos) {
    this.intervalNanos = interval.toNanos();
    this.heardNanos = nowNanos;
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  Duration lasting(long nowNanos) {
    return Duration.ofNanos(nowNanos - heardNanos);
  }

  boolean isTooLong(long nowNanos) {
    return nowNanos - heardNanos >= GONE_AFTER_INTERVALS * intervalNanos;
  }

  /** What to ask the client, null = nothing yet. */
  @Nullable Frame ping(long nowNanos) {
    return nowNanos - heardNanos < intervalNanos
        ? null
        : Frame.newBuilder().setPing(Ping.newBuilder().setNonce(++pings)).build();
  }
}
