package io.replicator.link.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection on a socket, plain or a WebSocket, as the last handler of its pipeline.
 *
 * <pre>
 * opening ──open()──▶ open ──close(), fail()──▶ closing: flush, FIN, read on and discard ─┐
 *    └──────────────────┴───────── socket gone, abandon(), or the linger time is over ────▶ ended
 * </pre>
 *
 * Reading on while closing keeps the kernel from answering the peer's late bytes with a reset,
 * which would destroy what this side sent last. Everything is touched on the loop only.
 */
final class TcpConnection extends ChannelInboundHandlerAdapter implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);
  private static final Duration LINGER = Duration.ofSeconds(5);

  /** With more waiting for a client that takes nothing, nothing more is read from it (I9, P195). */
  private static final int MAX_WAITING_BYTES = 1024 * 1024;

  private final NettyLoop loop;
  private final Channel channel;
  private final FrameSource reader;
  private final Framing framing;
  private final FrameWriter writer;
  private final UnsentLimit unsent;
  private final TlsReason tlsReason;
  private final Peer peer;
  private final int maxFrameBytes;
  private final @Nullable SslHandler tls;

  private @Nullable Listener listener;
  private @Nullable String endReason;
  private boolean closing;
  private boolean ended;
  private boolean moreThanOneChunk; // since the last flush
  private boolean readingPaused;

  private long sentFrames;
  private long sentBytes;
  private long receivedFrames;
  private long receivedBytes;

  TcpConnection(
      NettyLoop loop,
      Channel channel,
      FrameSource reader,
      Framing framing,
      TlsReason tlsReason,
      Peer peer,
      TcpSettings settings) {
    this.loop = loop;
    this.channel = channel;
    this.reader = reader;
    this.framing = framing;
    this.tlsReason = tlsReason;
    this.peer = peer;
    maxFrameBytes = settings.maxFrameBytes();
    tls = channel.pipeline().get(SslHandler.class);
    writer = new FrameWriter(channel.alloc(), framing);
    unsent = new UnsentLimit(loop, channel, tls, settings, () -> tell(Listener::onWritable));
  }

  /** Asks for the listener; from here on frames are heard. */
  void open(Acceptor acceptor) {
    try {
      listener = acceptor.accept(this);
    } catch (RuntimeException e) {
      listenerFailed(e);
    }
  }

  @Override
  public void send(Frame frame) {
    requireLoop();
    int bytes = frame.getSerializedSize();
    if (bytes > maxFrameBytes) {
      throw new IllegalArgumentException(
          "a frame of %d bytes, at most %d expected".formatted(bytes, maxFrameBytes));
    }
    if (closing || ended) {
      return;
    }
    write(frame, bytes);
  }

  private void write(Frame frame, int bytes) {
    int encoded = framing.encodedBytes(bytes);
    if (!writer.hasRoom(encoded)) {
      handOver();
      moreThanOneChunk = true;
    }
    writer.write(frame, bytes, moreThanOneChunk && !unsent.isSmall());
    unsent.handedOver(encoded);
    pauseReading(unsent.handedBytes() > MAX_WAITING_BYTES);
    sentFrames++;
    sentBytes += encoded;
  }

  private void handOver() {
    ByteBuf buffer = writer.take();
    if (buffer != null) {
      int bytes = buffer.readableBytes();
      channel.write(buffer).addListener(_ -> written(bytes));
    }
  }

  private void written(int bytes) {
    unsent.written(bytes);
    pauseReading(readingPaused && unsent.handedBytes() > MAX_WAITING_BYTES / 2);
  }

  /**
   * What it asks would be answered into memory; unread, its questions stay where it is. A hub does
   * so to its clients, never the other way round: somebody has to read on, or both wait for ever.
   */
  private void pauseReading(boolean pause) {
    boolean accepted = channel.parent() != null;
    if (accepted && pause != readingPaused) {
      readingPaused = pause;
      channel.config().setAutoRead(!pause);
    }
  }

  @Override
  public void flush() {
    requireLoop();
    if (ended) {
      return;
    }
    handOver();
    moreThanOneChunk = false;
    channel.flush();
    unsent.flushed();
  }

  @Override
  public boolean isWritable() {
    return !closing && !ended && unsent.hasRoom();
  }

  @Override
  public void close() {
    requireLoop();
    end("closed by this side");
  }

  @Override
  public void abandon() {
    requireLoop();
    if (ended || !channel.isOpen()) {
      return;
    }
    endReason = endReason == null ? "abandoned by this side" : endReason;
    closing = true;
    reader.stop();
    // A reset: the peer's kernel forgets what it would send again. Past TLS, which would wait.
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    var _ = channel.pipeline().firstContext().close();
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public Stats stats() {
    unsent.refresh();
    UnsentGauge gauge = unsent.gauge();
    return new Stats(
        sentFrames,
        sentBytes,
        receivedFrames,
        receivedBytes,
        gauge.rttNanos(),
        gauge.leastRttNanos(),
        gauge.bytesPerSecond());
  }

  /** Ends the connection because of something the peer should know. */
  void fail(WireError error, String reason) {
    if (!closing && !ended) {
      Frame last = error.frame(reason);
      write(last, last.getSerializedSize());
      end(reason);
    }
  }

  boolean heardNothing() {
    return receivedFrames == 0;
  }

  /** The first reason stands. */
  private void end(String reason) {
    if (closing || ended) {
      return;
    }
    endReason = endReason == null ? reason : endReason;
    closing = true;
    reader.stop();
    pauseReading(false);
    handOver();
    channel.writeAndFlush(Unpooled.wrappedBuffer(framing.ending())).addListener(this::finish);
    Loop.Timer linger = loop.schedule(LINGER, this::closeNow);
    channel.closeFuture().addListener(_ -> linger.cancel());
  }

  /** Everything is with the kernel: tell the peer that nothing follows. */
  private void finish(Future<?> flushed) {
    if (!flushed.isSuccess()) {
      closeNow();
    } else if (tls != null) {
      tls.closeOutbound().addListener(_ -> shutdownOutput());
    } else {
      shutdownOutput();
    }
  }

  private void closeNow() {
    var _ = channel.close();
  }

  private void shutdownOutput() {
    ((DuplexChannel) channel)
        .shutdownOutput()
        .addListener(shut -> {
          if (!shut.isSuccess()) {
            var _ = channel.close();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing || ended) {
      return;
    }
    Frame frame = (Frame) message;
    receivedFrames++;
    receivedBytes += framing.encodedBytes(frame.getSerializedSize());
    tell(heard -> heard.onFrame(frame));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (ended) {
      return;
    }
    ended = true;
    writer.release();
    unsent.ended();
    String reason = endReason == null ? peerClosed() : endReason;
    tell(heard -> heard.onClosed(reason));
  }

  private String peerClosed() {
    int leftOver = reader.leftOverBytes();
    if (leftOver > 0) {
      return "peer closed in the middle of a frame, " + leftOver + " bytes in";
    }
    return heardNothing() ? "peer closed before its first frame" : "peer closed";
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    if (closing || ended) {
      return;
    }
    Throwable cause =
        failure instanceof DecoderException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof FrameViolation violation) {
      fail(violation.error(), String.valueOf(violation.getMessage()));
    } else {
      endReason = tlsReason.of(cause).orElseGet(() -> "connection lost: " + cause.getMessage());
      var _ = channel.close();
    }
  }

  private void tell(Consumer<Listener> call) {
    Listener heard = listener;
    if (heard == null || (closing && !ended)) {
      return;
    }
    try {
      call.accept(heard);
    } catch (RuntimeException e) {
      listenerFailed(e);
    }
  }

  private void listenerFailed(RuntimeException failure) {
    LOG.atError()
        .setCause(failure)
        .addKeyValue("peer", peer.address())
        .log("a connection's listener failed, the connection ends");
    fail(WireError.INTERNAL, "this side failed: " + failure);
  }

  private void requireLoop() {
    if (!loop.inLoop()) {
      throw new IllegalStateException(
          "a connection is touched on thread "
              + Thread.currentThread().getName()
              + ", on its loop expected");
    }
  }
}
