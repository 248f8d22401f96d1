package io.replicator.link.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Takes datagrams on one UDP port. Its certificate is made at each start and trusted by its
 * fingerprint alone, which clients are told over their TCP connections.
 */
public final class QuicServer implements AutoCloseable {
  static final String APPLICATION = "replicator/1";

  /** Datagrams that QUIC keeps when nobody takes them, or the window is full: more are lost. */
  static final int QUEUE = 1024;

  private final NettyLoop loop;
  private final QuicSettings settings;
  private final Datagrams.Acceptor acceptor;
  private final KnownPeers peers = new KnownPeers();
  private final PacketCount packets = new PacketCount(peers);
  private final AddressTokens tokens;
  private final Channel socket;
  private final DatagramPort port;

  /** On the loop. */
  private final Set<QuicDatagrams> open = new LinkedHashSet<>();

  private long takenByEnded;

  private QuicServer(
      NettyLoop loop,
      InetSocketAddress address,
      QuicSettings settings,
      Datagrams.Acceptor acceptor) {
    this.loop = loop;
    this.settings = settings;
    this.acceptor = acceptor;
    this.tokens = new AddressTokens(() -> loop.unixMillis() / 1000, peers);
    X509Bundle own = newCertificate();
    ChannelFuture bound =
        new Bootstrap()
            .group(loop.group())
            .channel(loop.epoll() ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .handler(new Initializer(own))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      String why = bound.cause() == null ? "" : String.valueOf(bound.cause().getMessage());
      throw new IllegalStateException(
          "cannot take datagrams on %s: %s; choose another address or end what listens there"
              .formatted(PeerOf.text(address), why),
          bound.cause());
    }
    socket = bound.channel();
    port = new DatagramPort(address().getPort(), fingerprintOf(own));
  }

  /**
   * Begins to listen; not to be called on the loop.
   *
   * @param address port 0 = a free one
   * @throws IllegalStateException if the address cannot be listened on
   */
  public static QuicServer listen(
      NettyLoop loop,
      InetSocketAddress address,
      QuicSettings settings,
      Datagrams.Acceptor acceptor) {
    return new QuicServer(loop, address, settings, acceptor);
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) socket.localAddress();
  }

  /** What clients are told. */
  public DatagramPort port() {
    return port;
  }

  /**
   * Packets that came and were taken by no connection: replayed, forged or broken. At least so
   * many: what an address sends before its handshake is over, and after its connection has ended,
   * is not judged. On the loop.
   */
  public long refused() {
    long taken = takenByEnded + open.stream().mapToLong(QuicDatagrams::taken).sum();
    return Math.max(0, packets.judged() - tokens.answered() - taken);
  }

  /** Ends all its datagrams. Idempotent. */
  @Override
  public void close() {
    ChannelFuture closed = socket.close();
    if (!loop.inLoop()) {
      closed.awaitUninterruptibly();
    }
  }

  private static X509Bundle newCertificate() {
    try {
      return new CertificateBuilder()
          .subject("CN=replicator datagrams")
          .ecp256()
          .setIsCertificateAuthority(true)
          .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException("no certificate for datagrams could be made", e);
    }
  }

  private static byte[] fingerprintOf(X509Bundle bundle) {
    try {
      return PinnedTrust.fingerprint(bundle.getCertificate());
    } catch (java.security.cert.CertificateException e) {
      throw new IllegalStateException("the certificate just made cannot be read", e);
    }
  }

  private final class Initializer extends ChannelInitializer<Channel> {
    private final X509Bundle own;

    Initializer(X509Bundle own) {
      this.own = own;
    }

    @Override
    protected void initChannel(Channel channel) {
      QuicSslContext tls =
          QuicSslContextBuilder.forServer(
                  own.getKeyPair().getPrivate(), null, own.getCertificatePath())
              .applicationProtocols(APPLICATION)
              .build();
      channel
          .pipeline()
          .addLast(packets)
          .addLast(
              new QuicServerCodecBuilder()
                  .sslContext(tls)
                  .maxIdleTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                  .congestionControlAlgorithm(settings.algorithm())
                  .initialCongestionWindowPackets(QuicSettings.FIRST_WINDOW_PACKETS)
                  .datagram(QUEUE, QUEUE)
                  .activeMigration(true)
                  .tokenHandler(tokens)
                  .handler(new Accepting())
                  .build());
    }
  }

  private final class Accepting extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      QuicChannel channel = (QuicChannel) context.channel();
      if (open.size() >= settings.maxConnections()) {
        var _ = channel.close();
        return;
      }
      QuicDatagrams datagrams = new QuicDatagrams(loop, channel, settings, null);
      open.add(datagrams);
      knowWhileOpen(channel);
      channel.pipeline().addLast(datagrams).remove(this);
      channel
          .closeFuture()
          .addListener(_ -> {
            open.remove(datagrams);
            takenByEnded += datagrams.taken();
          });
      datagrams.open(acceptor);
    }

    private void knowWhileOpen(QuicChannel channel) {
      if (channel.remoteSocketAddress() instanceof InetSocketAddress peer) {
        peers.opened(peer);
        channel.closeFuture().addListener(_ -> peers.ended(peer));
      }
    }
  }
}
