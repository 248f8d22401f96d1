package io.replicator.link.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Connector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The way to one hub over TCP, or over WebSockets on TCP. The host's name is looked up for each
 * connection, on a thread of its own, and its addresses are tried one after the other.
 */
public final class TcpClient implements Connector, AutoCloseable {
  private final NettyLoop loop;
  private final String host;
  private final int port;
  private final @Nullable SslContext tls;
  private final TcpSettings settings;
  private final @Nullable WebSocketTarget webSocket;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param host name or address; with TLS the hub's certificate must be for it
   * @param tls null = plain TCP
   * @throws IllegalArgumentException if the TLS settings cannot be used
   */
  public TcpClient(
      NettyLoop loop, String host, int port, @Nullable TlsSettings tls, TcpSettings settings) {
    this(loop, host, port, tls, settings, null);
  }

  private TcpClient(
      NettyLoop loop,
      String host,
      int port,
      @Nullable TlsSettings tls,
      TcpSettings settings,
      @Nullable WebSocketTarget webSocket) {
    if (host.isBlank() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "hub address \"%s:%d\": a host and a port from 1 to 65535 expected"
              .formatted(host, port));
    }
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.tls = tls == null ? null : TlsContexts.client(tls);
    this.settings = settings;
    this.webSocket = webSocket;
  }

  /**
   * The way to a hub's HTTP address: WebSockets, also through proxies.
   *
   * @param tls null = http, else https
   */
  public static TcpClient ofWebSockets(
      NettyLoop loop, String host, int port, @Nullable TlsSettings tls, TcpSettings settings) {
    return new TcpClient(
        loop, host, port, tls, settings, WebSocketTarget.of(host, port, tls != null));
  }

  @Override
  public CompletionStage<Connection> connect(Connection.Acceptor acceptor) {
    Attempt attempt = new Attempt(acceptor);
    loop.schedule(settings.connectTimeout(), attempt::lookupTimedOut);
    Thread.ofVirtual().name("lookup " + host).start(attempt::lookUp);
    return attempt.result;
  }

  /** Gives the TLS context back; connections stay, new ones fail. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      ReferenceCountUtil.release(tls);
    }
  }

  private String where(InetAddress address) {
    String target = PeerOf.text(new InetSocketAddress(address, port));
    return target.startsWith(host + ":") ? target : host + " (" + target + ")";
  }

  /** One call of {@link #connect}: goes through the host's addresses until one answers. */
  private final class Attempt {
    private final Connection.Acceptor acceptor;
    private final CompletableFuture<Connection> result = new CompletableFuture<>();
    private boolean lookedUp;

    Attempt(Connection.Acceptor acceptor) {
      this.acceptor = acceptor;
    }

    void lookUp() {
      try {
        List<InetAddress> addresses = Arrays.asList(InetAddress.getAllByName(host));
        loop.execute(() -> found(addresses));
      } catch (UnknownHostException e) {
        loop.execute(() -> fail("host " + host + " is not known"));
      }
    }

    private void found(List<InetAddress> addresses) {
      lookedUp = true;
      if (!result.isDone()) {
        Iterator<InetAddress> rest = addresses.iterator();
        tryAddress(rest.next(), rest);
      }
    }

    void lookupTimedOut() {
      if (!lookedUp) {
        fail("the address of host " + host + " was not found in time");
      }
    }

    private void tryAddress(InetAddress address, Iterator<InetAddress> rest) {
      new AddressRace(address, rest).run();
    }

    private String reason(InetAddress address, @Nullable Throwable cause) {
      String why =
          cause instanceof ConnectTimeoutException
              ? "no answer in " + settings.connectTimeout().toMillis() + " ms"
              : String.valueOf(cause == null ? "" : cause.getMessage());
      return "no hub at %s: %s".formatted(where(address), why);
    }

    private void fail(String text) {
      result.completeExceptionally(new ConnectFailed(ConnectFailed.Category.UNREACHABLE, text));
    }

    private void initialize(Channel channel, AddressRace race) {
      SocketTuning.apply(channel, settings);
      SslContext context = tls;
      if (context != null) {
        SslHandler handler = context.newHandler(channel.alloc(), host, port);
        handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
        channel.pipeline().addLast(handler);
      }
      channel
          .pipeline()
          .addLast(
              new ConnectionSetup(
                  loop, settings, TlsReason.atClient(), webSocket, new Opened(race, channel)));
    }

    /** Goes on with the next address if nobody answers at this one. */
    private final class AddressRace extends ConnectRace {
      private final InetAddress address;
      private final Iterator<InetAddress> rest;

      AddressRace(InetAddress address, Iterator<InetAddress> rest) {
        super(loop);
        this.address = address;
        this.rest = rest;
      }

      @Override
      ChannelFuture attempt() {
        return new Bootstrap()
            .group(loop.group())
            .channel(loop.epoll() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.connectTimeout().toMillis())
            .handler(new Initializer(this))
            .connect(new InetSocketAddress(address, port));
      }

      @Override
      void lost(@Nullable Throwable cause) {
        if (rest.hasNext()) {
          tryAddress(rest.next(), rest);
        } else {
          fail(reason(address, cause));
        }
      }

      @Override
      boolean isPointless() {
        return result.isDone();
      }
    }

    private final class Initializer extends ChannelInitializer<Channel> {
      private final AddressRace race;

      Initializer(AddressRace race) {
        this.race = race;
      }

      @Override
      protected void initChannel(Channel channel) {
        initialize(channel, race);
      }
    }

    private final class Opened implements ConnectionSetup.Outcome {
      private final AddressRace race;
      private final Channel channel;

      Opened(AddressRace race, Channel channel) {
        this.race = race;
        this.channel = channel;
      }

      @Override
      public void ready(TcpConnection connection) {
        if (!race.isWonBy(channel)) {
          var _ = channel.close();
          return;
        }
        connection.open(acceptor);
        result.complete(connection);
      }

      @Override
      public void failed(String reason, boolean trust) {
        if (!race.isWonBy(channel)) {
          return;
        }
        result.completeExceptionally(
            new ConnectFailed(
                trust ? ConnectFailed.Category.NOT_TRUSTED : ConnectFailed.Category.UNREACHABLE,
                "hub at %s: %s".formatted(where(race.address), reason)));
      }
    }
  }
}
