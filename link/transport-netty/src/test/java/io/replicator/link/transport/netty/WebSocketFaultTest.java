package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.LeakPresenceDetector;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.HttpExchange;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.Frame;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.RecordingListener;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hub that meets WebSockets of strangers, byte by byte: rules P121 and P122. */
class WebSocketFaultTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BINARY = 2;
  private static final int TEXT = 1;
  private static final int CONTINUED = 0;
  private static final int PING = 9;
  private static final int CLOSE = 8;
  private static final int FINAL = 0x80;
  private static final String REQUEST =
      """
      GET /v1/stream HTTP/1.1\r
      Host: localhost\r
      Upgrade: websocket\r
      Connection: keep-alive, Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Protocol: other, replicator.v1\r
      \r
      """;

  private final List<RecordingListener> listeners = new CopyOnWriteArrayList<>();
  private final NettyLoop loop = NettyLoop.start("hub");
  private HttpServer server;

  @BeforeEach
  void listen() {
    server =
        HttpServer.listen(
            loop,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            null,
            TcpSettings.DEFAULTS.withMaxFrameBytes(10_000),
            this::upgrade);
  }

  private void upgrade(HttpExchange exchange) {
    exchange.upgrade(
        WebSocketTarget.SUBPROTOCOL,
        connection -> {
          RecordingListener listener = new RecordingListener();
          listeners.add(listener);
          return listener;
        });
  }

  @AfterEach
  void stop() {
    server.close();
    loop.close();
    LeakPresenceDetector.check();
  }

  @Test
  void subprotocolIsChosenAndFramesOfOneOrMoreFragmentsAreHeard() throws IOException {
    byte[] frame = ConnectionContract.block(1, 500).toByteArray();
    try (Peer peer = new Peer()) {
      assertThat(peer.head).contains("101").contains("sec-websocket-protocol: replicator.v1");
      peer.send(FINAL | BINARY, frame, 0, frame.length);
      peer.send(BINARY, frame, 0, 100);
      peer.send(FINAL | PING, new byte[] {7}, 0, 1);
      peer.send(CONTINUED, frame, 100, 200);
      peer.send(FINAL | CONTINUED, frame, 200, frame.length);
      Await.until(LIMIT, "two frames", () -> heard().count() == 2);
      assertThat(heard().frames().getFirst()).isEqualTo(heard().frames().getLast());
      assertThat(peer.read()).containsExactly(7); // the pong
    }
  }

  @Test
  void textMessageIsBadFrame() throws IOException {
    try (Peer peer = new Peer()) {
      peer.send(FINAL | TEXT, "hello".getBytes(StandardCharsets.US_ASCII), 0, 5);
      Error error = peer.readError();
      assertThat(error.getCode()).isEqualTo(WireError.BAD_FRAME.code());
      assertThat(error.getText()).contains("a text message");
      assertThat(peer.read()).containsExactly(0x03, 0xe8); // close, 1000
    }
  }

  @Test
  void messageThatIsNoFrameIsBadFrame() throws IOException {
    try (Peer peer = new Peer()) {
      peer.send(FINAL | BINARY, new byte[] {-1, -1, -1}, 0, 3);
      assertThat(peer.readError().getCode()).isEqualTo(WireError.BAD_FRAME.code());
    }
  }

  @Test
  void messageAboveTheLimitIsRefusedBeforeItIsRead() throws IOException {
    try (Peer peer = new Peer()) {
      peer.sendHead(FINAL | BINARY, 10_001);
      assertThat(peer.readError().getCode()).isEqualTo(WireError.FRAME_TOO_LARGE.code());
    }
  }

  @Test
  void fragmentsTogetherAboveTheLimitAreRefused() throws IOException {
    byte[] part = new byte[6000];
    try (Peer peer = new Peer()) {
      peer.send(BINARY, part, 0, part.length);
      peer.send(CONTINUED, part, 0, part.length);
      assertThat(peer.readError().getCode()).isEqualTo(WireError.FRAME_TOO_LARGE.code());
    }
  }

  @Test
  void unmaskedMessageIsBadFrame() throws IOException {
    try (Peer peer = new Peer()) {
      peer.raw(new byte[] {(byte) (FINAL | BINARY), 1, 0});
      assertThat(peer.readError().getCode()).isEqualTo(WireError.BAD_FRAME.code());
    }
  }

  @Test
  void halfAMessageThenTheEndIsHeardOnce() throws IOException {
    try (Peer peer = new Peer()) {
      peer.send(BINARY, new byte[40], 0, 40);
      peer.socket.shutdownOutput();
      Await.until(LIMIT, "the end", () -> !heard().ends().isEmpty());
      assertThat(heard().ends()).hasSize(1);
      assertThat(heard().ends().getFirst()).contains("40 bytes in");
    }
  }

  @Test
  void closeIsAnsweredAndHeardAsTheEnd() throws IOException {
    try (Peer peer = new Peer()) {
      peer.send(FINAL | BINARY, ConnectionContract.block(1, 5).toByteArray(), 0, -1);
      peer.send(FINAL | CLOSE, new byte[] {3, -24}, 0, 2);
      assertThat(peer.read()).startsWith(0x03, 0xe8);
      Await.until(LIMIT, "the end", () -> heard().ends().equals(List.of("peer closed")));
    }
  }

  private RecordingListener heard() {
    Await.until(LIMIT, "a connection", () -> !listeners.isEmpty());
    return listeners.getFirst();
  }

  /** A client that writes WebSocket messages itself. */
  private final class Peer implements AutoCloseable {
    final Socket socket;
    final String head;
    private final DataInputStream in;

    Peer() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
      socket.setSoTimeout((int) LIMIT.toMillis());
      in = new DataInputStream(socket.getInputStream());
      raw(REQUEST.getBytes(StandardCharsets.US_ASCII));
      StringBuilder text = new StringBuilder();
      while (text.indexOf("\r\n\r\n") < 0) {
        text.append((char) in.readUnsignedByte());
      }
      head = text.toString().toLowerCase(Locale.ROOT);
    }

    void raw(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    void sendHead(int opcode, int length) throws IOException {
      raw(head(opcode, length));
    }

    /**
     * @param to -1 = the end
     */
    void send(int opcode, byte[] bytes, int from, int to) throws IOException {
      int end = to < 0 ? bytes.length : to;
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      message.writeBytes(head(opcode, end - from));
      for (int i = from; i < end; i++) {
        message.write(bytes[i] ^ (1 + (i - from) % 4));
      }
      raw(message.toByteArray());
    }

    /** Masked with 1, 2, 3, 4. */
    private static byte[] head(int opcode, int length) {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      head.write(opcode);
      if (length < 126) {
        head.write(0x80 | length);
      } else {
        head.write(0x80 | 126);
        head.write(length >> 8);
        head.write(length);
      }
      head.writeBytes(new byte[] {1, 2, 3, 4});
      return head.toByteArray();
    }

    /** The next message's payload. */
    byte[] read() throws IOException {
      in.readByte();
      int length = in.readUnsignedByte();
      byte[] payload = new byte[length == 126 ? in.readUnsignedShort() : length];
      in.readFully(payload);
      return payload;
    }

    Error readError() throws IOException {
      return Frame.parseFrom(read()).getError();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
