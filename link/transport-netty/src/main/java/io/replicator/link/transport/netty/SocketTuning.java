package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket options of a connection. */
final class SocketTuning {
  private static final Logger LOG = LoggerFactory.getLogger(SocketTuning.class);
  private static final int SOL_SOCKET = 1;
  private static final int SO_MAX_PACING_RATE = 47;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_CONGESTION = 13;
  private static final int NAME_BYTES = 16;
  private static final RawUnixChannelOption CONGESTION =
      new RawUnixChannelOption(
          "REPLICATOR_TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, NAME_BYTES);

  private static final IntegerUnixChannelOption MAX_PACING_RATE =
      new IntegerUnixChannelOption("REPLICATOR_MAX_PACING_RATE", SOL_SOCKET, SO_MAX_PACING_RATE);

  /** Names the kernel refused: told of once. */
  private static final Set<String> REFUSED = ConcurrentHashMap.newKeySet();

  private SocketTuning() {}

  static void apply(Channel channel, TcpSettings settings) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    if (channel instanceof EpollSocketChannel) {
      channel
          .config()
          .setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) settings.userTimeout().toMillis());
      String name = settings.congestionControl();
      if (!name.equals(TcpSettings.SYSTEM_CONGESTION_CONTROL)) {
        setCongestionControl(channel, name);
      }
    }
  }

  private static void setCongestionControl(Channel channel, String name) {
    ByteBuffer value = ByteBuffer.allocate(NAME_BYTES);
    value.put(name.getBytes(StandardCharsets.US_ASCII)).rewind();
    try {
      channel.config().setOption(CONGESTION, value);
    } catch (ChannelException e) {
      if (REFUSED.add(name)) {
        LOG.atInfo()
            .addKeyValue("congestion_control", name)
            .addKeyValue("in_use", congestionControl(channel))
            .log("congestion control not available here, the system's is used");
      }
    }
  }

  /** The kernel's name for what is in use, "" = not known. */
  static String congestionControl(Channel channel) {
    if (!(channel instanceof EpollSocketChannel)) {
      return "";
    }
    ByteBuffer value = channel.config().getOption(CONGESTION);
    if (value == null) {
      return "";
    }
    return StandardCharsets.US_ASCII.decode(value.rewind()).toString().split("\0", 2)[0];
  }

  /** Another one while the connection runs; one that is refused changes nothing. */
  static void changeCongestionControl(Channel channel, String name) {
    if (channel instanceof EpollSocketChannel && channel.isOpen()) {
      setCongestionControl(channel, name);
    }
  }

  /** The most bytes a second that the kernel sends, 0 = no cap. */
  static void setPacingCap(Channel channel, long bytesPerSecond) {
    if (channel instanceof EpollSocketChannel && channel.isOpen()) {
      long most = 0xfffffffeL;
      int value = bytesPerSecond == 0 ? -1 : (int) Math.min(bytesPerSecond, most);
      channel.config().setOption(MAX_PACING_RATE, value);
    }
  }

  static void setUnsentLimit(Channel channel, int bytes) {
    if (channel instanceof EpollSocketChannel && channel.isOpen()) {
      channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) bytes);
    }
  }
}
