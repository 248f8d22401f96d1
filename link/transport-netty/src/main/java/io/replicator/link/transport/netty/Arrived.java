package io.replicator.link.transport.netty;

/**
 * Bytes a second that arrived, by two looks in turn. A machine that stands still for a moment makes
 * one of them a low one, seldom both.
 */
record Arrived(double now, double before) {
  double lately() {
    return Math.max(now, before);
  }

  double mean() {
    return (now + before) / 2;
  }
}
