package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How one database is served.
 *
 * @param level of feeds that name no collection
 * @param collections the named ones, no two of the same name
 */
public record DatabaseSettings(QosLevel level, List<CollectionSettings> collections) {
  public DatabaseSettings {
    collections = List.copyOf(collections);
    Set<String> names = new HashSet<>();
    for (CollectionSettings collection : collections) {
      if (!names.add(collection.name())) {
        throw new IllegalArgumentException("collection '" + collection.name() + "' is there twice");
      }
    }
  }

  /** Without collections. */
  public static DatabaseSettings of(QosLevel level) {
    return new DatabaseSettings(level, List.of());
  }
}
