package io.replicator.hub.delivery;

import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;

/**
 * A named set of key patterns in a database, with its own level.
 *
 * @param name what clients ask for, never ""
 */
public record CollectionSettings(String name, KeyPatterns patterns, QosLevel level) {
  public CollectionSettings {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a collection needs a name");
    }
  }
}
