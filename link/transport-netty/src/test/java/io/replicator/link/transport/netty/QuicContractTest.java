package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.replicator.testing.testkit.DatagramContract;
import io.replicator.testing.testkit.DatagramLine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of datagrams over QUIC, with epoll and without. */
class QuicContractTest {

  @Nested
  class WithEpoll implements DatagramContract {
    @Override
    public DatagramLine newLine() {
      return new QuicLine(true);
    }
  }

  @Nested
  class WithoutEpoll implements DatagramContract {
    @Override
    public DatagramLine newLine() {
      return new QuicLine(false);
    }
  }

  @Test
  void anAddressTokenIsGoodForItsAddressForHalfAMinute() {
    AtomicLong seconds = new AtomicLong(1000);
    AddressTokens tokens = new AddressTokens(seconds::get, new KnownPeers());
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000);
    InetSocketAddress other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);
    ByteBuf token = Unpooled.buffer();
    tokens.writeToken(token, Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4}), address);
    int at = tokens.validateToken(token, address);
    assertThat(at).isEqualTo(token.readableBytes() - 4);
    assertThat(tokens.validateToken(token, other)).isEqualTo(-1);
    assertThat(new AddressTokens(seconds::get, new KnownPeers()).validateToken(token, address))
        .isEqualTo(-1);
    token.setByte(3, token.getByte(3) ^ 1);
    assertThat(tokens.validateToken(token, address)).isEqualTo(-1);
    token.setByte(3, token.getByte(3) ^ 1);
    seconds.set(1031);
    assertThat(tokens.validateToken(token, address)).isEqualTo(-1);
    assertThat(tokens.validateToken(Unpooled.wrappedBuffer(new byte[500]), address)).isEqualTo(-1);
    assertThat(tokens.validateToken(Unpooled.EMPTY_BUFFER, address)).isEqualTo(-1);
  }
}
