package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeStateListenerBase;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often a node was lost. One that comes back may have forgotten writes that it had acknowledged
 * (commitlog_sync: periodic), so what is stored is looked at again after each.
 */
final class NodeDowns extends NodeStateListenerBase {
  private final AtomicLong downs = new AtomicLong();

  long count() {
    return downs.get();
  }

  @Override
  public void onDown(Node node) {
    downs.incrementAndGet();
  }

  @Override
  public void close() {
    // Nothing is held; and unlike the interface's this one throws nothing.
  }
}
