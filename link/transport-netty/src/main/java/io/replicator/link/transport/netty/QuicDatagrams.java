package io.replicator.link.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.replicator.link.transport.Datagrams;
import java.net.InetSocketAddress;
import java.nio.BufferUnderflowException;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DATAGRAM frames (RFC 9221) of one QUIC connection, as the last handler of its pipeline. What is
 * replayed or forged QUIC does not pass on; it is counted as the packets that reached the socket
 * since the handshake and were not taken. Everything is touched on the loop only.
 */
final class QuicDatagrams extends ChannelInboundHandlerAdapter implements Datagrams {
  private static final Logger LOG = LoggerFactory.getLogger(QuicDatagrams.class);

  private static final long REFRESH_NANOS = 4_000_000;

  /** Until QUIC tells. */
  private static final long FIRST_WINDOW_BYTES = 1200L * QuicSettings.FIRST_WINDOW_PACKETS;

  private final NettyLoop loop;
  private final QuicChannel channel;
  private final @Nullable PacketCount packets;
  private long takenBefore;
  private long judgedBefore;
  private final PathSize size;
  private @Nullable Listener listener;
  private String endReason = "the peer closed, or nothing was heard";
  private boolean closing;
  private boolean ended;

  private long sent;
  private long received;
  private long refused;
  private long rttNanos;
  private long windowBytes = FIRST_WINDOW_BYTES;
  private long sampledNanos;

  /**
   * @param packets of a socket that carries this connection alone; null = it carries others
   */
  QuicDatagrams(
      NettyLoop loop, QuicChannel channel, QuicSettings settings, @Nullable PacketCount packets) {
    this.loop = loop;
    this.channel = channel;
    this.packets = packets;
    this.size = new PathSize(settings.maxBytes());
    this.sampledNanos = loop.nowNanos() - REFRESH_NANOS;
  }

  /** Asks for the listener; from here on datagrams are heard. */
  void open(Acceptor acceptor) {
    takenBefore = allTaken();
    judgedBefore = packets == null ? 0 : packets.judged();
    try {
      listener = acceptor.accept(this);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  @Override
  public int maxBytes() {
    return size.bytes(loop.nowNanos());
  }

  @Override
  public void send(byte[] payload) {
    if (payload.length > maxBytes()) {
      throw new IllegalArgumentException(
          "a datagram of %d bytes, at most %d expected".formatted(payload.length, maxBytes()));
    }
    if (closing || ended) {
      return;
    }
    sent++;
    ByteBuf buffer = channel.alloc().directBuffer(payload.length).writeBytes(payload);
    channel.write(buffer).addListener(written -> wasWritten(written, payload.length));
  }

  /** The path is narrower than was thought, or QUIC's queue is full: either way it is lost. */
  private void wasWritten(Future<?> written, int bytes) {
    if (!written.isSuccess() && written.cause() instanceof BufferUnderflowException) {
      size.didNotFit(bytes, loop.nowNanos());
    }
  }

  @Override
  public void flush() {
    if (!ended) {
      channel.flush();
    }
  }

  @Override
  public void close() {
    if (!closing && !ended) {
      closing = true;
      endReason = "closed by this side";
      var _ = channel.close();
    }
  }

  @Override
  public String address() {
    return channel.remoteSocketAddress() instanceof InetSocketAddress remote
        ? PeerOf.text(remote)
        : "unknown";
  }

  @Override
  public Stats stats() {
    long now = loop.nowNanos();
    if (!ended && now - sampledNanos >= REFRESH_NANOS) {
      sampledNanos = now;
      sample();
    }
    return new Stats(
        sent,
        received,
        refused,
        rttNanos == 0 ? OptionalLong.empty() : OptionalLong.of(rttNanos),
        windowBytes);
  }

  private void sample() {
    Future<QuicConnectionPathStats> asked = channel.collectPathStats(0);
    if (asked.isSuccess()) {
      QuicConnectionPathStats path = asked.getNow();
      rttNanos = path.rtt();
      windowBytes = path.cwnd();
    }
    if (packets != null) {
      refused = Math.max(refused, packets.judged() - judgedBefore - taken());
    }
  }

  /** Packets that QUIC took for its own since the handshake. */
  long taken() {
    return allTaken() - takenBefore;
  }

  private long allTaken() {
    Future<QuicConnectionStats> asked = channel.collectStats();
    return asked.isSuccess() ? asked.getNow().recv() : 0;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof ByteBuf buffer && !closing && !ended) {
        received++;
        byte[] payload = ByteBufUtil.getBytes(buffer);
        tell(heard -> heard.onDatagram(payload));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!ended) {
      ended = true;
      tell(heard -> heard.onClosed(endReason));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.atDebug().setCause(failure).addKeyValue("peer", address()).log("datagrams failed");
    if (!closing) {
      endReason = String.valueOf(failure.getMessage());
      var _ = channel.close();
    }
  }

  private void tell(Consumer<Listener> call) {
    Listener heard = listener;
    if (heard == null) {
      return;
    }
    try {
      call.accept(heard);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException failure) {
    LOG.atError()
        .setCause(failure)
        .addKeyValue("peer", address())
        .log("a listener of datagrams failed, they end");
    if (!closing && !ended) {
      closing = true;
      endReason = "this side failed: " + failure;
      var _ = channel.close();
    }
  }
}
