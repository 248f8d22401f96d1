package io.replicator.link.codec;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One made-up batch, taken through every step from its values to its blocks and back: for a client
 * to do while it waits for its first connection, so that libraries are loaded and code is compiled
 * when the first real batch comes (decision 112).
 */
public final class DecodeRehearsal {
  private static final int ENTRIES = 2000;
  private static final int TIMES = 4;
  private static final int LEVEL = 1;

  private DecodeRehearsal() {}

  /**
   * Returns how many entries came back.
   *
   * @throws CodecException if what came back is not what was sent: then nothing here works
   */
  public static int run() {
    FeedId feed = new FeedId(0, "", KeyPatterns.ALL);
    EncodedBatch encoded = EncodedBatch.of(batch(feed), Compression.ZSTD, LEVEL);
    int entries = 0;
    for (int time = 0; time < TIMES; time++) {
      entries += through(encoded, feed);
    }
    return entries;
  }

  private static int through(EncodedBatch encoded, FeedId feed) {
    Reassembler reassembler =
        new Reassembler(Compression.ZSTD, Integer.MAX_VALUE, List.of(feed.database()));
    Chunker blocks = new Chunker(encoded, 0, Lane.BACKFILL, 1, Chunker.DEFAULT_BLOCK_BYTES);
    Optional<CompressedBatch> whole = Optional.empty();
    while (blocks.hasNext()) {
      whole = reassembler.add(blocks.next());
    }
    return whole.orElseThrow().decode(feed, encoded.rawBytes()).changes().size();
  }

  private static Batch batch(FeedId feed) {
    List<Change> changes = new ArrayList<>(ENTRIES);
    for (int i = 0; i < ENTRIES; i++) {
      String text = "{\"id\":" + i + ",\"name\":\"rehearsal\",\"hash\":" + i * 0x9E3779B9L + "}";
      changes.add(
          new Change.Put(
              Key.of("rehearsal:" + i),
              i + 1,
              new Value.StringValue(text.getBytes(StandardCharsets.US_ASCII)),
              0));
    }
    return new Batch(feed, Lane.BACKFILL, 1, ENTRIES, changes, Cursor.NONE, false, false, null);
  }
}
