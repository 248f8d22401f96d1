package io.replicator.link.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the packets that reach a UDP socket, before QUIC looks at them, but for those that {@link
 * KnownPeers} explain. Errors of the socket (a port that nobody listens on, the end of it while a
 * packet comes) end here: QUIC notices by itself whether anybody answers.
 */
final class PacketCount extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PacketCount.class);

  private static final int LONG_HEADER = 0x80;

  private final KnownPeers peers;
  private long judged;

  PacketCount(KnownPeers peers) {
    this.peers = peers;
  }

  /** Those that are refused if no connection takes them. On the loop. */
  long judged() {
    return judged;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof DatagramPacket packet) {
      ByteBuf content = packet.content();
      boolean longHeader =
          content.isReadable() && (content.getByte(content.readerIndex()) & LONG_HEADER) != 0;
      judged += peers.isJudged(packet.sender(), longHeader) ? 1 : 0;
    }
    var _ = context.fireChannelRead(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.atDebug().addKeyValue("reason", failure.toString()).log("UDP socket");
  }
}
