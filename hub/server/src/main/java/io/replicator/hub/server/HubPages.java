package io.replicator.hub.server;

import io.replicator.hub.delivery.HubStatus;
import io.replicator.hub.delivery.HubStatus.DatabaseStatus;
import io.replicator.hub.web.StatusJson;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The pages of the HTTP endpoint. The status is taken on the hub's loop: a loop that does not
 * answer in time makes every page fail, which is what {@code /healthz} is for.
 */
final class HubPages implements Function<String, CompletionStage<HttpAnswer>> {
  private static final Duration LOOP_LIMIT = Duration.ofSeconds(5);

  private final Executor loop;
  private final Supplier<HubStatus> status;
  private final LongSupplier turnedAway;

  /**
   * @param status called on the loop only
   */
  HubPages(Executor loop, Supplier<HubStatus> status, LongSupplier turnedAway) {
    this.loop = loop;
    this.status = status;
    this.turnedAway = turnedAway;
  }

  @Override
  public CompletionStage<HttpAnswer> apply(String path) {
    return switch (path) {
      case "/healthz" -> onLoop(now -> HttpAnswer.text(200, "ok"));
      case "/readyz" -> onLoop(HubPages::readiness);
      case "/metrics" -> onLoop(this::metrics);
      case "/status" -> onLoop(now -> new HttpAnswer(200, "application/json", StatusJson.of(now)));
      default ->
          CompletableFuture.completedFuture(
              HttpAnswer.text(404, "/metrics, /healthz, /readyz and /status are here"));
    };
  }

  private CompletionStage<HttpAnswer> onLoop(Function<HubStatus, HttpAnswer> page) {
    return CompletableFuture.supplyAsync(status, loop)
        .orTimeout(LOOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(page);
  }

  private HttpAnswer metrics(HubStatus now) {
    Runtime runtime = Runtime.getRuntime();
    long heapBytes = runtime.totalMemory() - runtime.freeMemory();
    return new HttpAnswer(
        200, MetricsText.CONTENT_TYPE, MetricsText.of(now, turnedAway.getAsLong(), heapBytes));
  }

  private static HttpAnswer readiness(HubStatus now) {
    if (now.draining()) {
      return HttpAnswer.text(503, "shutting down");
    }
    String waiting =
        now.databases().stream()
            .filter(database -> !database.ready())
            .map(HubPages::waitingFor)
            .collect(Collectors.joining("\n"));
    return waiting.isEmpty() ? HttpAnswer.text(200, "ready") : HttpAnswer.text(503, waiting);
  }

  private static String waitingFor(DatabaseStatus database) {
    String message = database.source().message();
    String why =
        message.isEmpty()
            ? database.source().connected() ? "the first scan is under way" : "not connected"
            : message;
    return "database " + database.database() + ": " + why;
  }
}
