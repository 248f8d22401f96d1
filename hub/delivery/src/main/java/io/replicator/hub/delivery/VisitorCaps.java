package io.replicator.hub.delivery;

import io.replicator.hub.qos.RateCaps;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The caps of those who ask over HTTP. An answer is short and many may be under way at once, so all
 * answers to one visitor, who is an identity at an address, take from the same caps: what one of
 * them took too much the next one waits for. Those who asked last are remembered. Confined to the
 * loop.
 */
final class VisitorCaps {
  /** What it is called where connections have the name that their client tells. */
  static final String CLIENT_ID = "http";

  private static final int MAX_REMEMBERED = 4096;

  private final Loop loop;

  private final Map<String, RateCaps> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RateCaps> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  VisitorCaps(Loop loop) {
    this.loop = loop;
  }

  /** Those of this visitor, by the rules as they are now. */
  RateCaps of(CapRules rules, String name, Connection.Peer peer) {
    String address = peer.address();
    String host = address.substring(0, Math.max(0, address.lastIndexOf(':')));
    RateCaps caps =
        remembered.computeIfAbsent(
            name + "@" + host, first -> new RateCaps(rules.of(name, CLIENT_ID), loop.nowNanos()));
    caps.set(rules.of(name, CLIENT_ID), loop.nowNanos());
    return caps;
  }
}
