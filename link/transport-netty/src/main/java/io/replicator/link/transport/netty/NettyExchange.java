package io.replicator.link.transport.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import io.replicator.link.transport.HttpRequest;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request on a channel and the answer to it. Confined to the loop. */
final class NettyExchange implements HttpExchange, HttpExchange.Body {
  /** Small enough that a slow peer is seen to take something. */
  private static final int PIECE_BYTES = 16 * 1024;

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int LOOKS_A_STALL = 12;

  private final NettyLoop loop;
  private final TcpSettings settings;
  private final ChannelHandlerContext context;
  private final Channel channel;
  private final io.netty.handler.codec.http.HttpRequest head;
  private final HttpRequest request;
  private final HttpRequests requests;
  private final boolean keep;

  private @Nullable BodyListener listener;
  private Loop.@Nullable Timer stallTimer;
  private boolean answered;
  private boolean ended;
  private int piecesUnderWay;
  private long progressNanos;

  NettyExchange(
      NettyLoop loop,
      TcpSettings settings,
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      Connection.Peer peer,
      HttpRequests requests) {
    this.loop = loop;
    this.settings = settings;
    this.context = context;
    this.channel = context.channel();
    this.head = head;
    this.requests = requests;
    String[] parts = head.uri().split("\\?", 2);
    request =
        new HttpRequest(
            head.method().name(),
            parts[0],
            parts.length > 1 ? parts[1] : "",
            headersOf(head.headers()),
            peer);
    keep = HttpUtil.isKeepAlive(head) && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }

  private static Map<String, String> headersOf(HttpHeaders headers) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : headers) {
      all.merge(
          header.getKey().toLowerCase(Locale.ROOT),
          header.getValue(),
          (one, other) -> one + ", " + other);
    }
    return all;
  }

  @Override
  public HttpRequest request() {
    return request;
  }

  @Override
  public void answer(HttpHead answerHead, byte[] body) {
    beginAnswer();
    boolean bodiless = request.isHead() || answerHead.status() == 304 || answerHead.status() == 204;
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answerHead.status()),
            bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    fill(response, answerHead, keep, loop.unixMillis());
    if (answerHead.status() != 304 && answerHead.status() != 204) {
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    ended = true;
    watchStall();
    written(context.writeAndFlush(response));
    finishAfter(keep);
  }

  @Override
  public Body begin(HttpHead answerHead, BodyListener bodyListener) {
    beginAnswer();
    listener = bodyListener;
    HttpResponse response =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answerHead.status()));
    fill(response, answerHead, keep, loop.unixMillis());
    if (head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    watchStall();
    written(context.writeAndFlush(response));
    return this;
  }

  private void beginAnswer() {
    if (answered) {
      throw new IllegalStateException("a second answer to " + request.path());
    }
    answered = true;
  }

  private static void fill(
      HttpResponse response, HttpHead answerHead, boolean keep, long unixMillis) {
    answerHead.headers().forEach((name, value) -> response.headers().set(name, value));
    response.headers().set(HttpHeaderNames.DATE, DATE.format(Instant.ofEpochMilli(unixMillis)));
    if (!keep) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  @Override
  public void write(byte[] bytes) {
    if (ended) {
      return;
    }
    for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
      int length = Math.min(PIECE_BYTES, bytes.length - from);
      written(context.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes, from, length))));
    }
    context.flush();
  }

  @Override
  public boolean isWritable() {
    return !ended && channel.isWritable();
  }

  @Override
  public void end() {
    if (!ended) {
      ended = true;
      written(context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
      finishAfter(keep);
    }
  }

  @Override
  public void abort() {
    if (!ended) {
      ended = true;
      stopWatching();
      requests.answered(context, false);
      var _ = channel.close();
    }
  }

  /** The service threw: the peer hears so if it can. */
  void failed() {
    if (answered) {
      abort();
    } else {
      answered = true;
      ended = true;
      requests.answered(context, false);
      HttpText.refuse(context, 500, "the hub failed; its log says more");
    }
  }

  /** Everything that was handed over goes first. */
  private void finishAfter(boolean keepOpen) {
    boolean stays = keepOpen;
    context
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          stopWatching();
          if (stays && sent.isSuccess()) {
            requests.answered(context, true);
          } else {
            requests.answered(context, false);
            var _ = channel.close();
          }
        });
  }

  private void written(ChannelFuture writing) {
    piecesUnderWay++;
    writing.addListener(_ -> {
      piecesUnderWay--;
      progressNanos = loop.nowNanos();
    });
  }

  private void watchStall() {
    progressNanos = loop.nowNanos();
    lookForStall();
  }

  private void lookForStall() {
    Duration limit = settings.userTimeout();
    if (piecesUnderWay > 0 && loop.nowNanos() - progressNanos > limit.toNanos()) {
      gone("the peer took nothing for " + limit.toSeconds() + " s");
      var _ = channel.close();
    } else {
      stallTimer = loop.schedule(limit.dividedBy(LOOKS_A_STALL), this::lookForStall);
    }
  }

  private void stopWatching() {
    if (stallTimer != null) {
      stallTimer.cancel();
      stallTimer = null;
    }
  }

  void writable() {
    BodyListener heard = listener;
    if (heard != null && !ended) {
      loop.execute(() -> {
        if (isWritable()) {
          heard.onWritable();
        }
      });
    }
  }

  void gone(String reason) {
    stopWatching();
    BodyListener heard = listener;
    boolean before = ended;
    ended = true;
    if (heard != null && !before) {
      listener = null;
      heard.onClosed(reason);
    }
  }

  @Override
  public void upgrade(String subprotocol, Connection.Acceptor acceptor) {
    requireUpgrade(subprotocol);
    DefaultFullHttpRequest full =
        new DefaultFullHttpRequest(
            head.protocolVersion(), head.method(), head.uri(), Unpooled.EMPTY_BUFFER);
    full.headers().set(head.headers());
    WebSocketServerHandshaker13 handshaker =
        new WebSocketServerHandshaker13(
            request.path(),
            subprotocol,
            WebSocketOpening.decoderConfig(true, settings.maxFrameBytes()));
    ChannelFuture answer;
    try {
      answer = handshaker.handshake(channel, full);
    } catch (WebSocketHandshakeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    answered = true;
    ended = true;
    // Not before the HTTP codec has left: it would take frames for bodies.
    answer.addListener(sent -> {
      if (sent.isSuccess()) {
        upgraded(acceptor);
      } else {
        var _ = channel.close();
      }
    });
  }

  private void upgraded(Connection.Acceptor acceptor) {
    WebSocketReader reader = new WebSocketReader(settings.maxFrameBytes());
    TcpConnection connection =
        new TcpConnection(
            loop,
            channel,
            reader,
            new WebSocketFraming(false),
            TlsReason.atHub(),
            request.peer(),
            settings);
    channel.pipeline().addLast(reader, connection).remove(requests);
    connection.open(acceptor);
  }

  private void requireUpgrade(String subprotocol) {
    HttpHeaders headers = head.headers();
    if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
      throw new IllegalArgumentException("a WebSocket request (RFC 6455) is expected here");
    }
    String version = WebSocketVersion.V13.toHttpHeaderValue();
    if (!version.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      throw new IllegalArgumentException("WebSocket version " + version + " expected");
    }
    if (!headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol, true)) {
      throw new IllegalArgumentException("the WebSocket subprotocol " + subprotocol + " expected");
    }
  }
}
