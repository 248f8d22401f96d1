package io.replicator.client.sink.cassandra;

/** Says why a value does not fit the target's tables: it becomes a dead letter. */
final class Misfit extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Misfit(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
