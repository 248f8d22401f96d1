package io.replicator.hub.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.QosLevel;
import io.replicator.api.Source.SourceStatus;
import io.replicator.hub.delivery.DeliveryCounter;
import io.replicator.hub.delivery.HubStatus;
import io.replicator.hub.delivery.HubStatus.CheckStatus;
import io.replicator.hub.delivery.HubStatus.DatabaseStatus;
import io.replicator.hub.delivery.HubStatus.FeedStatus;
import io.replicator.hub.delivery.HubStatus.SubscriberStatus;
import io.replicator.hub.qos.QosCaps;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTests {
  private static final InetSocketAddress FREE_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final AtomicReference<HubStatus> status = new AtomicReference<>(status(true, false));
  private final HttpEndpoint endpoint =
      new HttpEndpoint(FREE_PORT, new HubPages(Runnable::run, status::get, () -> 3));
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    endpoint.close();
  }

  @Test
  void isHealthyIfTheLoopAnswers() throws Exception {
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
  }

  @Test
  void isUnhealthyIfTheLoopFails() throws Exception {
    try (HttpEndpoint broken =
        new HttpEndpoint(
            FREE_PORT,
            new HubPages(
                Runnable::run,
                () -> {
                  throw new IllegalStateException("the loop is gone");
                },
                () -> 0))) {
      assertThat(get(broken.port(), "/healthz").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void isReadyWhenEveryDatabaseIsAndNotWhileItEnds() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    status.set(status(false, false));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("database 5: waits for the key version\n");
    status.set(status(true, true));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
  }

  @Test
  void showsTheStatusAsJson() throws Exception {
    HttpResponse<String> response = get("/status?pretty");
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.body())
        .contains("\"hubId\":\"hub-1\"")
        .contains("\"database\":5,\"versioned\":true")
        .contains("\"clientId\":\"sh\\\"op\\\\\\u000a\"".replace("\\u000a", "\\n"))
        .contains("\"rttNanos\":null,\"bytesPerSecond\":125000")
        .contains("\"rawBytes\":900,\"mergedBytes\":400,\"compressedBytes\":100,\"wireBytes\":110")
        .contains("\"lagSeconds\":0.25")
        .contains(
            "\"sinceVerifiedSeconds\":12.5,\"verifications\":3,\"lastDifferences\":1,"
                + "\"driftFound\":4,\"repaired\":3");
  }

  @Test
  void showsEveryMetricOnceWithOneSentence() throws Exception {
    String text = get("/metrics").body();
    assertThat(text)
        .contains("replicator_database_keys{database=\"5\"} 1000000\n")
        .contains("replicator_subscriber_rtt_seconds")
        .contains(
            "replicator_feed_lag_seconds{client=\"sh\\\"op\\\\\\n\",address=\"127.0.0.1:9\","
                + "feed=\"1\",database=\"5\",collection=\"quotes\",level=\"realtime\"} 0.25\n")
        .contains("level=\"realtime\"} 12.5\n")
        .contains("replicator_feed_repaired{")
        .contains("replicator_folds_total 7\n")
        .contains("replicator_connections_turned_away_total 3\n");
    List<String> helps = text.lines().filter(line -> line.startsWith("# HELP ")).toList();
    assertThat(helps).allMatch(line -> line.endsWith("."));
    assertThat(helps.stream().map(line -> line.split(" ", -1)[2])).doesNotHaveDuplicates();
    for (DeliveryCounter counter : DeliveryCounter.values()) {
      assertThat(text).contains(HubGauge.metricName(counter) + "_total ");
    }
    assertThat(text.lines().filter(line -> !line.startsWith("#")))
        .allMatch(line -> line.matches("[a-z0-9_]+(\\{.*\\})? [-0-9.eENa]+"));
  }

  @Test
  void answersOnlyGetAndHeadOfItsPages() throws Exception {
    assertThat(get("/else").statusCode()).isEqualTo(404);
    assertThat(request("POST").statusCode()).isEqualTo(405);
    HttpResponse<String> head = request("HEAD");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-length")).hasValue("3");
  }

  @Test
  void garbageIsAnsweredOrEndedAndHarmsNobody() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
      socket.getOutputStream().write("\u0001\u0002 garbage\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII)).contains("400");
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
      String request = "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII)).contains("414");
    }
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void saysWhenTheAddressIsTaken() {
    InetSocketAddress taken =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port());
    assertThatThrownBy(
            () -> new HttpEndpoint(taken, new HubPages(Runnable::run, status::get, () -> 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Integer.toString(endpoint.port()))
        .hasMessageContaining("choose another");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return get(endpoint.port(), path);
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> request(String method) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + "/healthz");
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build();
    return client.send(request, BodyHandlers.ofString());
  }

  private static HubStatus status(boolean ready, boolean draining) {
    SourceStatus source =
        new SourceStatus(
            true, "version chain", "127.0.0.1:6379", 1, 2, 3, 4, "waits for the key version");
    DatabaseStatus database =
        new DatabaseStatus(5, true, ready, -1, 42, 7, 1_000_000, 80_000_000, 0, source);
    FeedStatus feed =
        new FeedStatus(
            1,
            5,
            "quotes",
            QosLevel.REALTIME,
            "live",
            "(40, 42]",
            2,
            0.25,
            50,
            9,
            3,
            900,
            400,
            100,
            110,
            0,
            0,
            new CheckStatus(OptionalDouble.of(12.5), 3, 1, 4, 3));
    SubscriberStatus subscriber =
        new SubscriberStatus(
            "sh\"op\\\n",
            "shop",
            "127.0.0.1:9",
            false,
            "streaming",
            "zstd",
            10,
            1000,
            5000,
            OptionalLong.empty(),
            OptionalLong.of(125_000),
            new QosCaps(0, Map.of(QosLevel.IDLE, 16_384L)),
            null,
            List.of(feed));
    return new HubStatus(
        "hub-1",
        draining,
        List.of(database),
        List.of(subscriber),
        Map.of(DeliveryCounter.FOLDS, 7L));
  }
}
