package io.replicator.client.sink.cassandra;

import io.replicator.api.Counters;

/** The catalogue of what a Cassandra sink counts. */
public enum SinkCounter implements Counters.Catalogue {
  BATCHES("batches applied"),
  ROWS("rows written"),
  STATEMENTS("statements and unlogged batches of one partition acknowledged"),
  STRINGS("strings written"),
  HASHES("hashes written"),
  LISTS("lists written"),
  SETS("sets written"),
  SORTED_SETS("sorted sets written"),
  STREAMS("streams written"),
  MAPPED("rows written to tables of the user's own"),
  PARTS("slices of large values collected"),
  LARGE("values written in several unlogged batches because one would be too large"),
  REMOVED("keys removed because the source removed them"),
  EXPIRED_ON_ARRIVAL("keys removed because they had expired when they arrived"),
  DELETES("tables in which a key's old value was deleted"),
  DEAD_LETTERS("values kept aside because they do not fit"),
  RETRIES("statements sent again after a failure that may pass"),
  OVERLOADS("failures that say that the cluster is behind: overloads and time-outs"),
  LEFTOVERS_ASKED("keys the hub was asked about after a snapshot"),
  LEFTOVERS_REMOVED("keys removed after a snapshot because the source does not have them"),
  STRAYS_REMOVED("keys removed because comparing showed that the source does not have them"),
  VERSIONS("versions of a chain shown");

  private final String description;

  SinkCounter(String description) {
    this.description = description;
  }

  @Override
  public String description() {
    return description;
  }
}
