package io.replicator.link.transport;

/**
 * Answers HTTP requests. Called on the {@link Loop} of its connections; one that throws is answered
 * 500 and harms no other.
 */
@FunctionalInterface
public interface HttpService {
  void handle(HttpExchange exchange);
}
