package io.replicator.hub.web;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.hub.delivery.BatchReader.Taken;

/** One JSON value a line; after each batch the cursor, so that a cut body can be gone on with. */
final class LinesRendering implements Rendering {
  private final JsonBytes json = new JsonBytes();

  @Override
  public byte[] batch(Taken taken) {
    Batch batch = Rendering.decode(taken);
    if (batch.snapshotBegin()) {
      json.begin('{')
          .field("snapshot", "begin")
          .field("epoch", Long.toHexString(batch.epoch()))
          .end('}')
          .newline();
    }
    for (Change change : batch.changes()) {
      EntryJson.write(json, change);
      json.newline();
    }
    if (batch.snapshotEnd()) {
      json.begin('{').field("snapshot", "end").end('}').newline();
    }
    json.begin('{').field("cursor", CursorText.of(taken.cursor())).end('}').newline();
    return json.take();
  }

  @Override
  public byte[] end(String cursor) {
    json.begin('{').field("cursor", cursor).field("complete", true).end('}').newline();
    return json.take();
  }
}
