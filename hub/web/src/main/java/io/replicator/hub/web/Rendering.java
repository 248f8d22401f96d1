package io.replicator.hub.web;

import io.replicator.api.Batch;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.hub.delivery.BatchReader.Taken;
import io.replicator.link.codec.BatchDecoder;

/**
 * How batches become the bytes of a body (P129, P133). One for each body; used by one worker at a
 * time, never by two.
 */
interface Rendering {
  byte[] NOTHING = {};

  /** What a batch comes to, together with what stands before the first one. */
  byte[] batch(Taken taken);

  /** What stands at the end, when everything was brought. */
  byte[] end(String cursor);

  /** What keeps an idle connection alive; nothing where nothing is allowed. */
  default byte[] keepAlive() {
    return NOTHING;
  }

  /** The batch itself again. */
  static Batch decode(Taken taken) {
    FeedId any = new FeedId(0, "", KeyPatterns.ALL);
    return BatchDecoder.decode(any, taken.lane(), taken.encoded().data());
  }
}
