package io.replicator.client.replica;

/** Why a replica gave up: something that only people can mend. */
public final class ReplicaFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ReplicaFailed(String message) {
    super(message);
  }
}
