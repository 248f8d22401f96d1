package io.replicator.client.receiver;

import io.replicator.api.KeyPatterns;

/**
 * Which source keys a feed can hold: what was asked for and, for a named collection, what the hub
 * says it has.
 */
record GrantedScope(KeyPatterns requested, KeyPatterns granted) {
  boolean covers(byte[] key) {
    return requested.matches(key) && granted.matches(key);
  }
}
