package io.replicator.testing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ServerSocket echo;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    proxy = FaultProxy.to("127.0.0.1", echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void passesBytesBothWaysAndCountsThem() throws IOException {
    try (Socket client = connect()) {
      assertThat(roundTrip(client, 7)).isEqualTo(7);
      // a byte is counted when it has been passed on, which the far end may see first
      Await.until(
          LIMIT,
          "one byte each way is counted",
          () ->
              proxy.bytes(FaultProxy.Direction.TO_SERVER) == 1
                  && proxy.bytes(FaultProxy.Direction.TO_CLIENT) == 1);
      assertThat(proxy.accepted()).isEqualTo(1);
    }
    Await.until(LIMIT, "the proxy sees the end", () -> proxy.connections() == 0);
  }

  @Test
  void cutResetsOpenConnectionsAndTakesNewOnes() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, 1);
      proxy.cut();
      assertThatThrownBy(() -> roundTrip(client, 2)).isInstanceOf(SocketException.class);
    }
    try (Socket next = connect()) {
      assertThat(roundTrip(next, 3)).isEqualTo(3);
    }
  }

  @Test
  void refusesNewConnectionsUntilHealed() throws IOException {
    proxy.refuse(true);
    assertThatThrownBy(
            () -> {
              try (Socket client = connect()) {
                roundTrip(client, 1);
              }
            })
        .isInstanceOf(IOException.class);
    proxy.heal();
    try (Socket client = connect()) {
      assertThat(roundTrip(client, 2)).isEqualTo(2);
    }
  }

  @Test
  void blackholeSwallowsBytesKeepsTheSocketAndCutsItWhenHealed() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, 1);
      proxy.blackhole(true);
      client.setSoTimeout(100);
      assertThatThrownBy(() -> roundTrip(client, 2)).isInstanceOf(SocketTimeoutException.class);
      assertThat(proxy.connections()).isEqualTo(1);
      proxy.heal();
      client.setSoTimeout(60_000);
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void stalledBytesArriveAfterTheStall() throws IOException {
    try (Socket client = connect()) {
      proxy.stall(FaultProxy.Direction.TO_SERVER, true);
      client.setSoTimeout(100);
      assertThatThrownBy(() -> roundTrip(client, 9)).isInstanceOf(SocketTimeoutException.class);
      proxy.heal();
      client.setSoTimeout(60_000);
      assertThat(client.getInputStream().read()).isEqualTo(9);
    }
  }

  @Test
  void delayAndRateHoldAtLeast() throws IOException {
    try (Socket client = connect()) {
      proxy.delay(Duration.ofMillis(40));
      long start = System.nanoTime();
      roundTrip(client, 1);
      assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(79).toNanos());
      proxy.delay(Duration.ZERO);
      proxy.rate(FaultProxy.Direction.TO_SERVER, 100_000);
      start = System.nanoTime();
      client.getOutputStream().write(new byte[20_000]);
      assertThat(client.getInputStream().readNBytes(20_000)).hasSize(20_000);
      assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(190).toNanos());
    }
  }

  @Test
  void connectsToNobodyWhenTheServerIsGone() throws IOException {
    echo.close();
    assertThatThrownBy(
            () -> {
              try (Socket client = connect()) {
                roundTrip(client, 1);
              }
            })
        .isInstanceOf(IOException.class);
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
  }

  private static int roundTrip(Socket client, int value) throws IOException {
    client.getOutputStream().write(value);
    int answer = client.getInputStream().read();
    if (answer < 0) {
      throw new IOException("closed");
    }
    return answer;
  }

  private void serve() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        Thread.ofVirtual().start(() -> echoAll(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void echoAll(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // The proxy cut it.
    }
  }
}
