package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.HttpService;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, one after the other: each is handed to the service when the
 * answer to the one before is out. Confined to the loop.
 *
 * <pre>
 * head within some seconds ──▶ service answers ──▶ kept for a minute for the next head ─┐
 *        ▲                                                                              │
 *        └──────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 */
final class HttpRequests extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpRequests.class);
  private static final Duration KEPT = Duration.ofSeconds(60);

  /** Requests sent before the answer to the first: nobody who is serious sends more (I9). */
  private static final int MAX_WAITING = 16;

  private final NettyLoop loop;
  private final TcpSettings settings;
  private final HttpService service;
  private final boolean room;
  private final Runnable turnedAway;
  private final ArrayDeque<io.netty.handler.codec.http.HttpRequest> waiting = new ArrayDeque<>();

  private io.netty.handler.codec.http.@Nullable HttpRequest head;
  private @Nullable NettyExchange current;
  private Loop.@Nullable Timer timer;
  private Connection.@Nullable Peer peer;
  private boolean refused;

  /**
   * @param room false: whatever is asked is answered that there is none
   * @param turnedAway counts a connection that came to no request
   */
  HttpRequests(
      NettyLoop loop,
      TcpSettings settings,
      HttpService service,
      boolean room,
      Runnable turnedAway) {
    this.loop = loop;
    this.settings = settings;
    this.service = service;
    this.room = room;
    this.turnedAway = turnedAway;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    await(settings.handshakeTimeout(), () -> headTimedOut(context));
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    cancelTimer();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!refused && message instanceof HttpObject object) {
        read(context, object);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(ChannelHandlerContext context, HttpObject object) {
    Throwable failure = object.decoderResult().cause();
    if (failure != null) {
      refuse(context, statusOf(failure), reasonOf(failure));
      return;
    }
    if (object instanceof io.netty.handler.codec.http.HttpRequest request) {
      head = request;
    }
    if (object instanceof HttpContent content && content.content().isReadable()) {
      refuse(context, 413, "a request with a body: none expected");
    } else if (object instanceof LastHttpContent) {
      complete(context);
    }
  }

  private void complete(ChannelHandlerContext context) {
    var request = head;
    head = null;
    if (request == null) {
      return;
    }
    if (!room) {
      turnedAway.run();
      refuse(context, 503, settings.maxConnections() + " connections are open, that is the most");
    } else if (waiting.size() >= MAX_WAITING) {
      refuse(context, 400, "more than " + MAX_WAITING + " requests before the first was answered");
    } else {
      waiting.add(request);
      next(context);
    }
  }

  private void next(ChannelHandlerContext context) {
    if (current != null || refused) {
      return;
    }
    var request = waiting.poll();
    if (request == null) {
      await(
          KEPT,
          () -> {
            var _ = context.close();
          });
      return;
    }
    cancelTimer();
    NettyExchange exchange =
        new NettyExchange(loop, settings, context, request, peer(context.channel()), this);
    current = exchange;
    try {
      service.handle(exchange);
    } catch (RuntimeException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("path", exchange.request().path())
          .log("an HTTP request could not be answered");
      exchange.failed();
    }
  }

  /** The answer is out. */
  void answered(ChannelHandlerContext context, boolean keep) {
    current = null;
    if (keep) {
      loop.execute(() -> next(context));
    } else {
      refused = true;
      waiting.clear();
    }
  }

  private Connection.Peer peer(Channel channel) {
    Connection.Peer known = peer;
    if (known == null) {
      known = PeerOf.channel(channel);
      peer = known;
    }
    return known;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (current != null && context.channel().isWritable()) {
      current.writable();
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancelTimer();
    refused = true;
    waiting.clear();
    if (current != null) {
      current.gone("peer closed");
      current = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.atDebug().addKeyValue("reason", String.valueOf(cause)).log("an HTTP connection failed");
    var _ = context.close(); // a broken or hostile peer; nothing anybody must know
  }

  private void headTimedOut(ChannelHandlerContext context) {
    turnedAway.run();
    refuse(context, 408, "no request within " + settings.handshakeTimeout().toMillis() + " ms");
  }

  private void refuse(ChannelHandlerContext context, int status, String text) {
    refused = true;
    waiting.clear();
    cancelTimer();
    NettyExchange open = current;
    if (open != null) {
      open.gone(text);
      current = null;
      var _ = context.close();
    } else {
      HttpText.refuse(context, status, text);
    }
  }

  private static int statusOf(Throwable failure) {
    return switch (failure) {
      case TooLongHttpLineException _ -> 414;
      case TooLongHttpHeaderException _ -> 431;
      default -> 400;
    };
  }

  private static String reasonOf(Throwable failure) {
    return switch (failure) {
      case TooLongHttpLineException _ -> "the request line is too long: 16 KiB are the most";
      case TooLongHttpHeaderException _ -> "the headers are too long: 16 KiB are the most";
      default -> "no HTTP request that can be understood";
    };
  }

  private void await(Duration limit, Runnable action) {
    cancelTimer();
    timer = loop.schedule(limit, action);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
