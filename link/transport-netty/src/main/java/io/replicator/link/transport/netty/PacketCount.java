package io.replicator.link.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the packets that reach a UDP socket, before QUIC looks at them. Errors of the socket (a
 * port that nobody listens on, the end of it while a packet comes) end here: QUIC notices by itself
 * whether anybody answers.
 */
final class PacketCount extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PacketCount.class);

  private long packets;

  /** On the loop. */
  long packets() {
    return packets;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    packets++;
    var _ = context.fireChannelRead(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.atDebug().addKeyValue("reason", failure.toString()).log("UDP socket");
  }
}
