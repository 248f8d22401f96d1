package io.replicator.link.transport.netty;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What earlier connections to an address have learned of the way there. A client that comes back
 * after a cut finds the link as it was: told its rate, the new connection need not flood it to
 * learn it again, and what is made for it first is made for that rate. Told the time; confined to
 * the loop.
 */
final class PathMemory {
  /** The one that was used least lately of more is forgotten. */
  static final int MAX_ADDRESSES = 1024;

  private static final long FRESH_NANOS = TimeUnit.MINUTES.toNanos(10);

  /**
   * @param bytesPerSecond at which data arrived while the link was full
   * @param atNanos when that was
   */
  record Known(long bytesPerSecond, long atNanos) {}

  private final Map<InetAddress, Known> paths =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Known> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  void learned(InetAddress address, Known known) {
    paths.put(address, known);
  }

  /** Null = nothing is known, or only what was long ago. */
  @Nullable Known of(InetAddress address, long nowNanos) {
    Known known = paths.get(address);
    return known == null || nowNanos - known.atNanos > FRESH_NANOS ? null : known;
  }
}
