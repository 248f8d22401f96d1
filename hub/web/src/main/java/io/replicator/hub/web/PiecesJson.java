package io.replicator.hub.web;

import io.replicator.hub.delivery.PieceList;
import io.replicator.hub.delivery.PieceRange;

/** The manifest of a feed's pieces (P132). */
final class PiecesJson {
  private PiecesJson() {}

  /**
   * @param patterns the query that says what is wanted, as it came
   */
  static byte[] of(int database, String patterns, PieceList pieces) {
    String query = patterns.replaceFirst("^&", "");
    JsonBytes json =
        new JsonBytes()
            .begin('{')
            .field("database", database)
            .field("epoch", Long.toHexString(pieces.epoch()))
            .field("cursor", CursorText.of(pieces.cursor()))
            .name("pieces")
            .begin('[');
    for (PieceRange range : pieces.ranges()) {
      String url = "/v1/databases/" + database + "/pieces/" + PieceUrl.of(pieces, range).text();
      json.onNewLine()
          .begin('{')
          .field("url", query.isEmpty() ? url : url + "?" + query)
          .field("keys", range.keys())
          .end('}');
    }
    return json.end(']').end('}').newline().take();
  }
}
