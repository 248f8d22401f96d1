package io.replicator.link.transport.netty;

/**
 * Notices that acknowledgements, which came all the time, have stopped: the link is cut, or stands
 * still. What is sent now is lost, or waits and grows old; the kernel would go on for as long as
 * its window has room, often a whole round trip. So nothing more is handed to it until one comes.
 *
 * <p>Only for a link that is kept full at a known rate: there the distance between acknowledgements
 * is known too. Told the time.
 */
final class AckSilence {
  private static final long LEAST_NANOS = 80_000_000;
  private static final int PART_OF_RTT = 4;
  private static final int VARIATIONS = 4;
  private static final double PACKETS = 6; // acknowledged by twos, and some come late
  private static final double PACKET_BYTES = 1500;
  private static final double NANOS_PER_SECOND = 1e9;

  private long arrivedBytes;
  private long heardNanos;
  private long lookedNanos;

  /**
   * Whether nothing came for too long.
   *
   * @param bytesPerSecond of the link
   */
  boolean look(TcpInfo info, long bytesPerSecond, long nowNanos) {
    long patience = patience(info, bytesPerSecond);
    boolean watched = nowNanos - lookedNanos <= patience / 2;
    lookedNanos = nowNanos;
    if (info.arrivedBytes() != arrivedBytes || info.inFlightBytes() == 0 || !watched) {
      arrivedBytes = info.arrivedBytes();
      heardNanos = nowNanos;
    }
    return nowNanos - heardNanos > patience;
  }

  private static long patience(TcpInfo info, long bytesPerSecond) {
    double packets = PACKETS * PACKET_BYTES / Math.max(1, bytesPerSecond) * NANOS_PER_SECOND;
    long varies = VARIATIONS * info.rttVariationNanos() + (long) packets;
    return Math.max(Math.max(LEAST_NANOS, info.rttNanos() / PART_OF_RTT), varies);
  }
}
