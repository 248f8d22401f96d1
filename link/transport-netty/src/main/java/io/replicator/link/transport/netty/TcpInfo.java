package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of a connection: the newer fields of Linux's {@code struct tcp_info}, which
 * Netty's own view of it does not have.
 *
 * <pre>
 *   offset   7 bit 0  delivery_rate_app_limited      68, 72  rtt and its variation, µs
 *   offset  16  snd_mss       24, 28, 32, 36  packets unacked, sacked, lost, retransmitted
 *   offset 100  total_retrans                       104  pacing_rate (64 bit), bytes a second
 *   offset 120  bytes_acked (64 bit)                144  notsent_bytes
 *   offset 148  min_rtt, microseconds               160  delivery_rate (64 bit)
 * </pre>
 *
 * @param notSentBytes taken by the kernel and not sent yet
 * @param deliveryRate bytes a second at the last acknowledgement, 0 = not known
 * @param pacingRate bytes a second at which the kernel sends what it is given; 0 = not known
 * @param appLimited whether that rate was held down by having nothing to send
 * @param rttVariationNanos mean deviation of the round-trip time
 * @param minRttNanos least round-trip time of late
 * @param ackedBytes acknowledged since the connection was made
 * @param retransmissions packets sent again since then
 * @param inFlightBytes on their way, or waiting in some queue of it
 * @param arrivedBytes acknowledged since the connection was made, those behind a gap too
 */
record TcpInfo(
    int notSentBytes,
    long deliveryRate,
    long pacingRate,
    boolean appLimited,
    long rttNanos,
    long rttVariationNanos,
    long minRttNanos,
    long ackedBytes,
    int retransmissions,
    long inFlightBytes,
    long arrivedBytes) {
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int LENGTH = 168;
  private static final RawUnixChannelOption OPTION =
      new RawUnixChannelOption("REPLICATOR_TCP_INFO", IPPROTO_TCP, TCP_INFO, LENGTH);

  /** Null where the system does not tell, or the connection is gone. */
  static @Nullable TcpInfo of(Channel channel) {
    if (!(channel instanceof EpollSocketChannel) || !channel.isOpen()) {
      return null;
    }
    try {
      ByteBuffer raw = channel.config().getOption(OPTION);
      return raw == null ? null : parse(raw.order(ByteOrder.nativeOrder()));
    } catch (ChannelException gone) {
      return null;
    }
  }

  private static TcpInfo parse(ByteBuffer raw) {
    return new TcpInfo(
        raw.getInt(144),
        raw.getLong(160),
        Math.max(0, raw.getLong(104)), // -1 = as fast as it can
        (raw.get(7) & 1) != 0,
        Integer.toUnsignedLong(raw.getInt(68)) * 1000,
        Integer.toUnsignedLong(raw.getInt(72)) * 1000,
        Integer.toUnsignedLong(raw.getInt(148)) * 1000,
        raw.getLong(120),
        raw.getInt(100),
        inFlightBytes(raw),
        raw.getLong(120) + raw.getInt(28) * Integer.toUnsignedLong(raw.getInt(16)));
  }

  private static long inFlightBytes(ByteBuffer raw) {
    int packets = raw.getInt(24) - raw.getInt(28) - raw.getInt(32) + raw.getInt(36);
    return Math.max(0, packets) * Integer.toUnsignedLong(raw.getInt(16));
  }
}
