package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.replicator.link.transport.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a connection takes more, and tells when it does again.
 *
 * <pre>
 * handed over, not yet written to the socket   counted here
 * written, not yet sent by the kernel          asked from the kernel, where the gauge is fine
 * </pre>
 *
 * Full at the gauge's limit, open again at about half of it. It looks again after each flush, when
 * Netty has written, and by a timer while only the kernel holds bytes.
 */
final class UnsentLimit {
  private static final long REFRESH_NANOS = 100_000_000;
  private static final Duration SILENT_LOOK = Duration.ofMillis(10);
  private static final long REMEMBER_NANOS = 1_000_000_000;
  private static final long COARSE_SAMPLE_NANOS = 5_000_000;
  private static final int WITHOUT_EPOLL_BYTES = 64 * 1024;
  private static final int MAX_RECORD_BYTES = 16 * 1024;
  private static final int MIN_RECORD_BYTES = 1024;

  private final NettyLoop loop;
  private final Channel channel;

  /** Null = not known. */
  private final @Nullable InetAddress peer;

  private final @Nullable SslHandler tls;
  private final UnsentGauge gauge;
  private final Runnable onRoom;
  private final PacingCap pacing = new PacingCap();
  private final AckSilence silence = new AckSilence();
  private final CongestionChoice congestion;

  private long handedBytes;
  private long kernelBytes;
  private boolean full;
  private boolean silent;
  private boolean lookPosted;
  private boolean ended;
  private Loop.@Nullable Timer timer;
  private int appliedLimit;
  private long appliedCap;
  private long sampledNanos;
  private long rememberedNanos;

  UnsentLimit(
      NettyLoop loop,
      Channel channel,
      @Nullable SslHandler tls,
      TcpSettings settings,
      Runnable onRoom) {
    this.loop = loop;
    this.channel = channel;
    this.peer =
        channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
    this.tls = tls;
    this.onRoom = onRoom;
    gauge =
        loop.epoll()
            ? new UnsentGauge(settings.unsentTime().toNanos(), settings.maxUnsentBytes())
            : UnsentGauge.fixed(Math.min(WITHOUT_EPOLL_BYTES, settings.maxUnsentBytes()));
    congestion = new CongestionChoice(settings.congestionControl());
    sampledNanos = loop.nowNanos() - REFRESH_NANOS;
    rememberedNanos = loop.nowNanos() - REMEMBER_NANOS;
    suppose();
    applyLimit();
  }

  /** A client that comes back finds the link as it was. */
  private void suppose() {
    PathMemory.Known known = peer == null ? null : loop.paths().of(peer, loop.nowNanos());
    if (known != null && congestion.chooses()) {
      gauge.suppose(known.bytesPerSecond(), loop.nowNanos());
      pacing.suppose(known.bytesPerSecond(), known.atNanos());
      rememberedNanos = known.atNanos();
      applyPacing();
    }
  }

  /** Also while it is open: a client may come back before this end has noticed a cut. */
  private void remember() {
    long at = pacing.linkRateNanos();
    if (pacing.linkRate() != 0 && at - rememberedNanos >= REMEMBER_NANOS && peer != null) {
      rememberedNanos = at;
      loop.paths().learned(peer, new PathMemory.Known(pacing.linkRate(), at));
    }
  }

  UnsentGauge gauge() {
    return gauge;
  }

  boolean hasRoom() {
    return !full;
  }

  /** What Netty holds. */
  long handedBytes() {
    return handedBytes;
  }

  /** Whether few bytes at a time are taken. */
  boolean isSmall() {
    return gauge.fine();
  }

  void handedOver(int bytes) {
    handedBytes += bytes;
    if (handedBytes + kernelBytes >= gauge.limitBytes()) {
      full = true;
    }
  }

  void written(int bytes) {
    handedBytes -= bytes;
    kernelBytes = gauge.fine() ? kernelBytes + bytes : 0;
    lookSoon();
  }

  void flushed() {
    lookSoon();
  }

  void ended() {
    ended = true;
    cancelTimer();
  }

  /** Brings the gauge up to date for whoever wants to read it. */
  void refresh() {
    if (!ended && loop.nowNanos() - sampledNanos >= REFRESH_NANOS) {
      sample();
    }
  }

  private void lookSoon() {
    if (full && !lookPosted && !ended) {
      lookPosted = true;
      loop.execute(this::look);
    }
  }

  private void look() {
    lookPosted = false;
    if (!full || ended) {
      return;
    }
    cancelTimer();
    if (gauge.fine() || loop.nowNanos() - sampledNanos >= COARSE_SAMPLE_NANOS) {
      sample();
    }
    long unsent = handedBytes + kernelBytes;
    if (silent) {
      timer = loop.schedule(SILENT_LOOK, this::look);
    } else if (unsent <= gauge.refillBytes()) {
      full = false;
      onRoom.run();
    } else if (handedBytes == 0) {
      timer = loop.schedule(Duration.ofNanos(gauge.waitNanos(unsent)), this::look);
    }
  }

  private void sample() {
    sampledNanos = loop.nowNanos();
    TcpInfo info = TcpInfo.of(channel);
    if (info == null) {
      silent = false;
      kernelBytes = 0;
      return;
    }
    gauge.sample(info, sampledNanos);
    kernelBytes = gauge.fine() ? info.notSentBytes() : 0;
    applyLimit();
    if (congestion.chooses()) {
      pacing.sample(info, sampledNanos);
      applyPacing();
      remember();
    }
    gauge.setTight(pacing.holds());
    silent = silence.look(info, pacing.linkRate(), sampledNanos) && pacing.holds();
    congestion
        .next(pacing.holds(), info.retransmissions(), sampledNanos)
        .ifPresent(name -> SocketTuning.changeCongestionControl(channel, name));
  }

  private void applyPacing() {
    long cap = pacing.bytesPerSecond();
    if (Math.abs(cap - appliedCap) * 200 > appliedCap || (cap == 0) != (appliedCap == 0)) {
      appliedCap = cap;
      SocketTuning.setPacingCap(channel, cap);
    }
  }

  /** Tells the kernel, and keeps TLS records from binding more than half the limit together. */
  private void applyLimit() {
    int limit = gauge.limitBytes();
    if (Math.abs(limit - appliedLimit) * 4 <= appliedLimit) {
      return;
    }
    appliedLimit = limit;
    SocketTuning.setUnsentLimit(channel, limit);
    if (tls != null) {
      tls.setWrapDataSize(Math.clamp(limit / 2, MIN_RECORD_BYTES, MAX_RECORD_BYTES));
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
