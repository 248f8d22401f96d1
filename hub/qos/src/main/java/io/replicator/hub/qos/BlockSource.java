package io.replicator.hub.qos;

/** One lane of one feed on a connection, as something that may have a block to send. */
@FunctionalInterface
public interface BlockSource {
  /** Size of the next block; 0 = nothing to send now, until {@link BlockScheduler#ready}. */
  int nextBlockBytes();
}
