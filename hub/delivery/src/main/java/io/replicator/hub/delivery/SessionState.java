package io.replicator.hub.delivery;

/**
 * Where a connection stands.
 *
 * <pre>
 *   AwaitingHello ──Hello granted──→ Streaming ──┐
 *        └─────────── refused, timeout ──────────┴→ Closing
 * </pre>
 */
sealed interface SessionState {
  /** What it is called in the status. */
  String text();

  record AwaitingHello() implements SessionState {
    @Override
    public String text() {
      return "awaiting hello";
    }
  }

  record Streaming() implements SessionState {
    @Override
    public String text() {
      return "streaming";
    }
  }

  record Closing(String reason) implements SessionState {
    @Override
    public String text() {
      return "closing";
    }
  }
}
