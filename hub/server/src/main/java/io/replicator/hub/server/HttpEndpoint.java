package io.replicator.hub.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A small HTTP server of one thread for operators and their tools: GET and HEAD, one answer a
 * connection.
 */
final class HttpEndpoint implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 8 * 1024;
  private static final int MAX_CONNECTIONS = 64;
  private static final int READ_TIMEOUT_SECONDS = 10;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("hub-http", true), NioIoHandler.newFactory());
  private final Function<String, CompletionStage<HttpAnswer>> pages;
  private final Channel listening;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * Begins to listen.
   *
   * @param pages the answer for a path, on any thread
   */
  HttpEndpoint(InetSocketAddress address, Function<String, CompletionStage<HttpAnswer>> pages) {
    this.pages = pages;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(new Initializer())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      Throwable cause = bound.cause();
      throw new IllegalStateException(
          "cannot listen for HTTP on "
              + address
              + ": "
              + (cause == null ? "" : cause.getMessage())
              + "; choose another address or end what listens there",
          cause);
    }
    listening = bound.channel();
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Initializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (open.incrementAndGet() > MAX_CONNECTIONS) {
        var _ = channel.close();
      }
      channel.closeFuture().addListener(closed -> open.decrementAndGet());
      channel
          .pipeline()
          .addLast(new ReadTimeoutHandler(READ_TIMEOUT_SECONDS))
          .addLast(new HttpServerCodec())
          .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
          .addLast(new Requests());
    }
  }

  private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      boolean head = request.method().equals(HttpMethod.HEAD);
      if (request.decoderResult().isFailure()) {
        answer(context, HttpAnswer.text(400, "not an HTTP request"), false);
      } else if (!head && !request.method().equals(HttpMethod.GET)) {
        answer(context, HttpAnswer.text(405, "only GET and HEAD are answered"), false);
      } else {
        String path = request.uri().split("\\?", 2)[0];
        pages
            .apply(path)
            .whenComplete((page, failure) ->
                answer(
                    context,
                    page != null ? page : HttpAnswer.text(503, "the hub does not answer"),
                    head));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close(); // a broken or silent peer; nothing anybody must know
    }
  }

  private static void answer(ChannelHandlerContext context, HttpAnswer page, boolean head) {
    byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(page.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, page.contentType())
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (page.status() == 405) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
