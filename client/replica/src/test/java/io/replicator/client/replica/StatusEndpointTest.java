package io.replicator.client.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.Counted;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.client.receiver.DatagramProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusEndpointTest {
  private volatile ReplicaStatus status = status(ReplicaStatus.State.LIVE, "active");
  private final HttpClient http = HttpClient.newHttpClient();
  private final StatusEndpoint endpoint = startedEndpoint();

  private StatusEndpoint startedEndpoint() {
    try {
      return StatusEndpoint.start("127.0.0.1:0", () -> status);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    endpoint.close();
    http.close();
  }

  @Test
  void showsTheStatusAsJson() throws Exception {
    HttpResponse<String> answer = get("/status");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    assertThat(answer.body())
        .startsWith("{\"role\":\"client\",\"state\":\"live\",\"ready\":true,\"hub\":\"h:1\"")
        .contains("\"rttMicros\":80000")
        .contains("{\"feed\":\"5\",\"database\":5")
        .contains("\"loadedKeys\":3,\"liveKeys\":4")
        .contains(
            "\"sinceVerifiedSeconds\":7,\"verifications\":5,\"lastDifferences\":1,"
                + "\"driftFound\":4,\"repaired\":3")
        .contains("{\"target\":\"redis \\\"x\\\"\",\"state\":\"active\"")
        .contains(
            "\"counters\":[{\"counter\":\"dead_letters\",\"count\":2,"
                + "\"what\":\"values kept aside because they do not fit\"}]");
  }

  @Test
  void showsMetricsWithASentenceEach() throws Exception {
    assertThat(get("/metrics").body().lines())
        .contains(
            "# HELP replicator_client_feed_loaded_keys_total keys that came by backfill",
            "# TYPE replicator_client_feed_loaded_keys_total counter",
            "replicator_client_feed_loaded_keys_total{feed=\"5\"} 3",
            "replicator_client_feed_since_verified_seconds{feed=\"5\"} 7",
            "replicator_client_feed_drift_found_total{feed=\"5\"} 4",
            "replicator_client_feed_repaired_total{feed=\"5\"} 3",
            "replicator_client_connected 1",
            "replicator_client_target_active{target=\"redis \\\"x\\\"\"} 1",
            "# HELP replicator_client_target_dead_letters_total values kept aside because they do not"
                + " fit",
            "replicator_client_target_dead_letters_total{target=\"redis \\\"x\\\"\"} 2");
  }

  @Test
  void isReadyOnlyWhenLiveWithEveryTarget() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    status = status(ReplicaStatus.State.LIVE, "set aside");
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    status = status(ReplicaStatus.State.LOADING, "active");
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    status = status(ReplicaStatus.State.FAILED, "stopped");
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void saysWhatThereIsWhenAskedForSomethingElse() throws Exception {
    assertThat(get("/statusx").statusCode()).isEqualTo(404);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(uri("/status"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(405);
  }

  @Test
  void refusesAnAddressThatIsNone() {
    assertThatThrownBy(() -> StatusEndpoint.start("8081x", () -> status))
        .hasMessageContaining("status address '8081x': expected host:port");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + endpoint.port() + path);
  }

  private static ReplicaStatus status(ReplicaStatus.State state, String target) {
    return new ReplicaStatus(
        state,
        "h:1",
        "hub",
        "",
        "zstd",
        2,
        OptionalLong.of(80_000_000),
        OptionalLong.empty(),
        new DatagramProgress(true, true, 1, 20, 2, 5, 3, 4),
        List.of(
            new ReplicaStatus.FeedStatus(
                new FeedId(5, "", KeyPatterns.ALL),
                null,
                new ReplicaStatus.FeedTotals(3, 4, 0, 100, 200, 2),
                true,
                new ReplicaStatus.CheckStatus(
                    OptionalLong.of(7_000_000_000L), 5, 1, List.of("k"), 4, 3))),
        List.of(
            new ReplicaStatus.TargetStatus(
                "redis \"x\"",
                target,
                "",
                0,
                List.of(
                    new Counted("dead_letters", "values kept aside because they do not fit", 2)))));
  }
}
