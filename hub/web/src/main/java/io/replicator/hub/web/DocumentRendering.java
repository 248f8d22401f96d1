package io.replicator.hub.web;

import io.replicator.api.Batch;
import io.replicator.hub.delivery.BatchReader.Taken;

/** All batches as one JSON document, which is well-formed only if it is complete. */
final class DocumentRendering implements Rendering {
  private final JsonBytes json = new JsonBytes();
  private final int database;
  private final long epoch;
  private boolean begun;
  private boolean snapshot;

  DocumentRendering(int database, long epoch) {
    this.database = database;
    this.epoch = epoch;
  }

  @Override
  public byte[] batch(Taken taken) {
    Batch batch = Rendering.decode(taken);
    if (batch.snapshotBegin() && snapshot) {
      throw new IllegalStateException("the source's history was lost meanwhile");
    }
    snapshot |= batch.snapshotBegin();
    begin();
    batch.changes().forEach(change -> EntryJson.write(json.onNewLine(), change));
    return json.take();
  }

  private void begin() {
    if (!begun) {
      begun = true;
      json.begin('{')
          .field("database", database)
          .field("epoch", Long.toHexString(epoch))
          .name("entries")
          .begin('[');
    }
  }

  @Override
  public byte[] end(String cursor) {
    begin();
    json.end(']').field("cursor", cursor).end('}').newline();
    return json.take();
  }
}
