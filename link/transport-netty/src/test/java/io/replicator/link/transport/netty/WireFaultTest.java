package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.LeakPresenceDetector;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.Frame;
import io.replicator.testing.testkit.Await;
import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.FaultProxy;
import io.replicator.testing.testkit.RecordingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hub that meets strangers: whatever bytes come, it ends that connection, says why and lives. */
class WireFaultTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<RecordingListener> listeners = new CopyOnWriteArrayList<>();
  private NettyLoop loop;
  private TcpServer server;

  @BeforeEach
  void start() {
    loop = NettyLoop.start("hub");
    listen(TcpSettings.DEFAULTS.withMaxFrameBytes(10_000));
  }

  @AfterEach
  void stop() {
    server.close();
    loop.close();
    LeakPresenceDetector.check();
  }

  private void listen(TcpSettings settings) {
    if (server != null) {
      server.close();
    }
    server =
        TcpServer.listen(
            loop,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            null,
            settings,
            connection -> {
              RecordingListener listener = new RecordingListener();
              listeners.add(listener);
              return listener;
            });
  }

  @Test
  void garbageEndsTheConnectionWithBadFrame() throws IOException {
    byte[] garbage = new byte[50];
    Arrays.fill(garbage, (byte) 42);
    assertThat(answerTo(garbage).getCode()).isEqualTo(WireError.BAD_FRAME.code());
    assertThat(reason()).contains("42 bytes that are no frame");
  }

  @Test
  void oversizedFrameIsRefusedBeforeItIsRead() throws IOException {
    Error answer = answerTo(new byte[] {(byte) 0x91, 0x4e});
    assertThat(answer.getCode()).isEqualTo(WireError.FRAME_TOO_LARGE.code());
    assertThat(reason()).isEqualTo("a frame of 10001 bytes, at most 10000 expected");
  }

  @Test
  void endlessLengthIsRefused() throws IOException {
    byte[] length = {-1, -1, -1, -1, -1, -1};
    assertThat(answerTo(length).getText()).isEqualTo("a frame length of more than 5 bytes");
  }

  @Test
  void emptyFrameIsRefused() throws IOException {
    assertThat(answerTo(new byte[] {0}).getText())
        .isEqualTo("a frame of 0 bytes without a known message");
  }

  @Test
  void tlsClientAtAPlainHubIsRecognised() throws IOException {
    byte[] clientHello = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01};
    assertThat(answerTo(clientHello).getText()).contains("the peer speaks TLS, this side does not");
  }

  @Test
  void halfFrameThenEndIsToldApartFromAnOrderlyEnd() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ConnectionContract.block(1, 100).writeDelimitedTo(bytes);
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes.toByteArray(), 0, 60);
      socket.shutdownOutput();
      assertThat(reason()).contains("peer closed in the middle of a frame, 60 bytes in");
    }
  }

  @Test
  void frameInSingleBytesArrivesWhole() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ConnectionContract.block(1, 300).writeDelimitedTo(bytes);
    try (Socket socket = connect()) {
      socket.setTcpNoDelay(true);
      for (byte b : bytes.toByteArray()) {
        socket.getOutputStream().write(b);
      }
      Await.until(LIMIT, "the frame", () -> !listeners.isEmpty() && first().count() == 1);
      assertThat(first().frames()).containsExactly(ConnectionContract.block(1, 300));
    }
  }

  @Test
  void silentClientIsEndedAfterTheHandshakeTimeout() throws IOException {
    listen(TcpSettings.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(200)));
    assertThat(answerTo(new byte[0]).getCode()).isEqualTo(WireError.HANDSHAKE_TIMEOUT.code());
  }

  @Test
  void oneConnectionTooManyIsToldSo() throws IOException {
    listen(TcpSettings.DEFAULTS.withMaxConnections(1));
    try (Socket first = connect()) {
      Await.until(LIMIT, "the first", () -> server.connections() == 1);
      assertThat(first.isConnected()).isTrue();
      assertThat(answerTo(new byte[0]).getCode()).isEqualTo(WireError.OVERLOADED.code());
      assertThat(server.turnedAway()).isEqualTo(1);
    }
    Await.until(LIMIT, "room again", () -> server.connections() == 0);
  }

  @Test
  void cutConnectionIsHeardOfAtBothEnds() {
    try (FaultProxy proxy = FaultProxy.to("127.0.0.1", server.address().getPort())) {
      RecordingListener atClient = new RecordingListener();
      connect(proxy.port(), atClient);
      proxy.cut();
      Await.until(
          LIMIT, "both ends", () -> !atClient.ends().isEmpty() && !first().ends().isEmpty());
      assertThat(atClient.ends()).hasSize(1).first().asString().contains("connection lost");
    }
  }

  @Test
  void stalledLinkMakesTheConnectionUnwritableAndTheEndOfTheStallWritable() {
    try (FaultProxy proxy = FaultProxy.to("127.0.0.1", server.address().getPort())) {
      RecordingListener atClient = new RecordingListener();
      Connection client = connect(proxy.port(), atClient);
      proxy.stall(FaultProxy.Direction.TO_SERVER, true);
      int[] sent = {0};
      Await.until(
          LIMIT,
          "no room",
          () -> {
            int writable = atClient.writable();
            int before = sent[0];
            onLoop(() -> fill(client, sent));
            return before == sent[0] && atClient.writable() == writable && sent[0] > 100;
          });
      proxy.stall(FaultProxy.Direction.TO_SERVER, false);
      Await.until(LIMIT, "all frames", () -> first().count() == sent[0]);
    }
  }

  @Test
  void addressInUseIsNamed() {
    InetSocketAddress taken = server.address();
    assertThatThrownBy(() ->
            TcpServer.listen(loop, taken, null, TcpSettings.DEFAULTS, c -> new RecordingListener()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getPort());
  }

  @Test
  void congestionControlIsSetWhereTheKernelHasIt() {
    assertThat(TcpSettings.DEFAULTS.congestionControl()).isEqualTo("bbr");
    assertThatThrownBy(() -> TcpSettings.DEFAULTS.withCongestionControl("Best One"))
        .hasMessageContaining("\"bbr\", \"cubic\", \"system\" expected");
    listen(TcpSettings.DEFAULTS.withCongestionControl("nosuchthing"));
    RecordingListener atClient = new RecordingListener();
    assertThat(connect(server.address().getPort(), atClient).isWritable()).isTrue();
  }

  private static void fill(Connection client, int[] sent) {
    while (client.isWritable()) {
      client.send(ConnectionContract.block(sent[0]++, 1000));
    }
    client.flush();
  }

  private void onLoop(Runnable action) {
    CompletableFuture.runAsync(action, loop).join();
  }

  private Connection connect(int port, RecordingListener listener) {
    TcpClient client = new TcpClient(loop, "127.0.0.1", port, null, TcpSettings.DEFAULTS);
    List<Connection> opened = new CopyOnWriteArrayList<>();
    onLoop(() -> {
      var _ = client.connect(connection -> listener).thenAccept(opened::add);
    });
    Await.until(LIMIT, "a connection", () -> !opened.isEmpty() && !listeners.isEmpty());
    return opened.getFirst();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
  }

  private Error answerTo(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(bytes);
      Frame answer = Frame.parseDelimitedFrom(socket.getInputStream());
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      return answer.getError();
    }
  }

  private String reason() {
    Await.until(
        LIMIT, "the end", () -> !listeners.isEmpty() && !listeners.getFirst().ends().isEmpty());
    assertThat(first().ends()).hasSize(1);
    return first().ends().getFirst();
  }

  private RecordingListener first() {
    return listeners.getFirst();
  }
}
