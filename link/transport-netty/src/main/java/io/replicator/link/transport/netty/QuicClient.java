package io.replicator.link.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens datagrams to the host that a TCP connection goes to, each on a UDP socket of its own, so
 * that nothing but this connection's packets comes there.
 */
public final class QuicClient implements DatagramConnector {
  private final NettyLoop loop;
  private final QuicSettings settings;

  public QuicClient(NettyLoop loop, QuicSettings settings) {
    this.loop = loop;
    this.settings = settings;
  }

  @Override
  public CompletionStage<Datagrams> connect(
      Connection beside, DatagramPort port, Datagrams.Acceptor acceptor) {
    Attempt attempt = new Attempt(port, acceptor);
    try {
      attempt.open(new InetSocketAddress(hostOf(beside.peer().address()), port.port()));
    } catch (UnknownHostException e) {
      attempt.fail("no datagrams beside " + beside.peer().address() + ": " + e.getMessage());
    }
    return attempt.result;
  }

  /** Of "ip:port" or "[ip6]:port". */
  private static InetAddress hostOf(String address) throws UnknownHostException {
    String host = address.substring(0, Math.max(0, address.lastIndexOf(':')));
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      throw new UnknownHostException("\"" + address + "\" is no address");
    }
    return InetAddress.getByAddress(bytes);
  }

  private final class Attempt {
    private final DatagramPort port;
    private final Datagrams.Acceptor acceptor;
    private final KnownPeers peers = new KnownPeers();
    private final PacketCount packets = new PacketCount(peers);
    private final CompletableFuture<Datagrams> result = new CompletableFuture<>();

    Attempt(DatagramPort port, Datagrams.Acceptor acceptor) {
      this.port = port;
      this.acceptor = acceptor;
    }

    void open(InetSocketAddress hub) {
      ChannelFuture bound =
          new Bootstrap()
              .group(loop.group())
              .channel(loop.epoll() ? EpollDatagramChannel.class : NioDatagramChannel.class)
              .handler(new Initializer())
              .bind(0);
      bound.addListener(_ -> {
        if (bound.isSuccess()) {
          handshake(bound.channel(), hub);
        } else {
          fail("no UDP socket: " + bound.cause());
        }
      });
    }

    private void handshake(Channel socket, InetSocketAddress hub) {
      Future<QuicChannel> connecting =
          QuicChannel.newBootstrap(socket).handler(new Passive()).remoteAddress(hub).connect();
      var timeout =
          loop.schedule(
              settings.connectTimeout(),
              () -> {
                fail("no answer over UDP in " + settings.connectTimeout().toMillis() + " ms");
                var _ = socket.close();
              });
      connecting.addListener(_ -> {
        timeout.cancel();
        if (!connecting.isSuccess()) {
          fail("no datagrams from " + PeerOf.text(hub) + ": " + reason(connecting.cause()));
          var _ = socket.close();
        } else if (result.isDone()) {
          var _ = socket.close();
        } else {
          peers.opened(hub);
          opened(socket, connecting.getNow());
        }
      });
    }

    private void opened(Channel socket, QuicChannel channel) {
      QuicDatagrams datagrams = new QuicDatagrams(loop, channel, settings, packets);
      channel.pipeline().addLast(datagrams);
      channel
          .closeFuture()
          .addListener(_ -> {
            var _ = socket.close();
          });
      datagrams.open(acceptor);
      result.complete(datagrams);
    }

    private static String reason(@Nullable Throwable cause) {
      return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    void fail(String text) {
      result.completeExceptionally(new ConnectFailed(ConnectFailed.Category.UNREACHABLE, text));
    }

    private final class Initializer extends ChannelInitializer<Channel> {
      @Override
      protected void initChannel(Channel channel) {
        QuicSslContext tls =
            QuicSslContextBuilder.forClient()
                .trustManager(new PinnedTrust(port.fingerprint()))
                .applicationProtocols(QuicServer.APPLICATION)
                .build();
        channel
            .pipeline()
            .addLast(packets)
            .addLast(
                new QuicClientCodecBuilder()
                    .sslContext(tls)
                    .maxIdleTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .congestionControlAlgorithm(settings.algorithm())
                    .datagram(QuicServer.QUEUE, QuicServer.QUEUE)
                    .build());
      }
    }
  }

  /** QUIC wants a handler; the datagrams' own is added when the handshake is done. */
  private static final class Passive extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {}
  }
}
