package io.replicator.hub.web;

import io.replicator.hub.delivery.BatchReader.Taken;

/** Each batch as one Server-Sent Event whose id is the cursor (P133). */
final class EventsRendering implements Rendering {
  private final JsonBytes json = new JsonBytes();

  @Override
  public byte[] batch(Taken taken) {
    json.outside("id: " + CursorText.of(taken.cursor()) + "\ndata: ");
    json.begin('{');
    BatchJson.fields(json, Rendering.decode(taken));
    json.end('}');
    json.outside("\n\n");
    return json.take();
  }

  @Override
  public byte[] end(String cursor) {
    return NOTHING;
  }

  @Override
  public byte[] keepAlive() {
    return new byte[] {':', '\n', '\n'};
  }
}
