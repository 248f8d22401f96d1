package io.replicator.hub.server;

import io.replicator.link.wire.Codec;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Ping;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A browser that asks and takes next to nothing of what it is answered. */
final class StalledPeer implements AutoCloseable {
  private static final int RECEIVE_BYTES = 8 * 1024;
  private static final int WINDOW_BYTES = 256 * 1024;
  private static final int PINGS_AT_ONCE = 1000;

  private final SocketChannel socket = SocketChannel.open();
  private ByteBuffer unsent = ByteBuffer.allocate(0);

  private StalledPeer(int port) throws IOException {
    socket.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  static StalledPeer get(int port, String path) throws IOException {
    StalledPeer peer = new StalledPeer(port);
    peer.send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n");
    return peer;
  }

  /** Subscribes to everything over a WebSocket, and has read how that was opened. */
  static StalledPeer subscriber(int port, String clientId) throws IOException {
    StalledPeer peer = new StalledPeer(port);
    peer.send(
        "GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:"
            + port
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Protocol: replicator.v1\r\n\r\n");
    ByteBuffer one = ByteBuffer.allocate(1);
    for (int ended = 0; ended < 4; one.clear()) {
      if (peer.socket.read(one) < 0) {
        throw new AssertionError("no WebSocket was opened");
      }
      ended = one.get(0) == "\r\n\r\n".charAt(ended) ? ended + 1 : one.get(0) == '\r' ? 1 : 0;
    }
    Hello hello =
        Hello.newBuilder()
            .setProtocol(1)
            .setClientId(clientId)
            .addCodecs(Codec.CODEC_NONE)
            .addFeeds(FeedRequest.newBuilder().setFeed(1))
            .setWindowBytes(WINDOW_BYTES)
            .setMaxBatchBytes(1 << 20)
            .build();
    peer.write(message(Frame.newBuilder().setHello(hello).build()));
    return peer;
  }

  private void send(String text) throws IOException {
    write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
  }

  /** Asks on and on, as far as the hub takes it; how many bytes it took. */
  int ping() throws IOException {
    socket.configureBlocking(false);
    if (!unsent.hasRemaining()) {
      ByteBuffer ping =
          message(Frame.newBuilder().setPing(Ping.newBuilder().setNonce(1L << 60)).build());
      unsent = ByteBuffer.allocate(PINGS_AT_ONCE * ping.remaining());
      for (int i = 0; i < PINGS_AT_ONCE; i++) {
        unsent.put(ping.duplicate());
      }
      unsent.flip();
    }
    return socket.write(unsent);
  }

  /** A frame in a binary message, masked with zeros. */
  private static ByteBuffer message(Frame frame) {
    byte[] data = frame.toByteArray();
    if (data.length > 125) {
      throw new IllegalArgumentException(data.length + " bytes: a short message expected");
    }
    ByteBuffer bytes = ByteBuffer.allocate(6 + data.length);
    bytes.put((byte) 0x82).put((byte) (0x80 | data.length)).putInt(0).put(data);
    return bytes.flip();
  }

  /** Takes the rest at last, to where the hub ended it. */
  String rest() throws IOException {
    socket.configureBlocking(true);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer some = ByteBuffer.allocate(64 * 1024);
    try {
      while (socket.read(some) >= 0) {
        all.write(some.array(), 0, some.position());
        some.clear();
      }
    } catch (IOException reset) {
      // that is an end, too
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
