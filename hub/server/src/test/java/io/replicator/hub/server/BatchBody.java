package io.replicator.hub.server;

import io.replicator.api.Batch;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.link.codec.BatchDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** Reads a body of delimited batches as spec/http.md says, P127-P129. */
final class BatchBody {
  private static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);

  private BatchBody() {}

  static List<Batch> read(byte[] body) {
    List<Batch> batches = new ArrayList<>();
    int at = 0;
    while (at < body.length) {
      int length = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = body[at++];
        length |= (b & 0x7f) << shift;
        if (b >= 0) {
          break;
        }
      }
      byte[] raw = Arrays.copyOfRange(body, at, at + length);
      batches.add(BatchDecoder.decode(FEED, Lane.LIVE, raw));
      at += length;
    }
    return batches;
  }

  /** The next batch of a body that does not end; a length of nothing is passed over. */
  static Batch next(InputStream body) throws IOException {
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int b = body.read();
      if (b < 0) {
        throw new AssertionError("the body ended");
      }
      length |= (b & 0x7f) << shift;
      if (b < 0x80 && length > 0) {
        return BatchDecoder.decode(FEED, Lane.LIVE, body.readNBytes(length));
      }
    }
  }

  /** Each part as it was told last. */
  static Cursor lastCursor(List<Batch> batches) {
    byte[] live = null;
    byte[] backfill = null;
    for (Batch batch : batches) {
      live = batch.cursor().live() == null ? live : batch.cursor().live();
      backfill = batch.cursor().backfill() == null ? backfill : batch.cursor().backfill();
    }
    return new Cursor(live, backfill);
  }

  static String text(Cursor cursor) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return encoder.encodeToString(Objects.requireNonNull(cursor.live()))
        + "."
        + encoder.encodeToString(Objects.requireNonNull(cursor.backfill()));
  }
}
