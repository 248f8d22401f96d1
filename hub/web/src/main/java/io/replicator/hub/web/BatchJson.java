package io.replicator.hub.web;

import io.replicator.api.Batch;

/** A batch as fields of a JSON object: what a snapshot needs to know, and the entries. */
final class BatchJson {
  private BatchJson() {}

  static void fields(JsonBytes json, Batch batch) {
    if (batch.snapshotBegin()) {
      json.field("snapshotBegin", true);
    }
    if (batch.snapshotEnd()) {
      json.field("snapshotEnd", true);
    }
    json.name("entries").begin('[');
    batch.changes().forEach(change -> EntryJson.write(json, change));
    json.end(']');
  }
}
