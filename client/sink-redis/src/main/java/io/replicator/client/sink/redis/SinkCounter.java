package io.replicator.client.sink.redis;

import io.replicator.api.Counters;

/** The catalogue of what a Redis sink counts. */
public enum SinkCounter implements Counters.Catalogue {
  BATCHES("batches applied"),
  BYTES("bytes of commands sent in applied batches"),
  STRINGS("strings written"),
  HASHES("hashes written"),
  LISTS("lists written"),
  SETS("sets written"),
  SORTED_SETS("sorted sets written"),
  STREAMS("streams written"),
  OPAQUES("values of module types restored from their dump"),
  PARTS("slices of large values written aside"),
  REMOVED("keys removed because the source removed them"),
  EXPIRED_ON_ARRIVAL("keys removed because they had expired when they arrived"),
  FIELD_EXPIRIES_DROPPED("hash fields written without their expiry: the target has none"),
  OPAQUES_REFUSED("values of module types that the target does not know, left out"),
  CHAIN_KEYS_SKIPPED("source keys named like a version chain, left out for the target's own"),
  OWN_KEYS_SKIPPED("source keys named like Replicator's own, left out"),
  LEFTOVERS_REMOVED("keys removed after a snapshot because the source does not have them"),
  LEFTOVERS_ASKED("keys the hub was asked about for that"),
  STRAYS_REMOVED("keys removed because comparing showed that the source does not have them"),
  VERSIONS("versions of a chain written");

  private final String description;

  SinkCounter(String description) {
    this.description = description;
  }

  @Override
  public String description() {
    return description;
  }
}
