package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.KeyAnswer;
import io.replicator.link.wire.KeyQuery;

/** Answers which keys the source has, as far as the asking feed may know (I10). */
final class KeyQueries {
  static final int MAX_KEYS = 4096;

  private KeyQueries() {}

  static void requireLimits(KeyQuery query) {
    if (query.getKeysCount() > MAX_KEYS) {
      throw new ProtocolException(
          WireError.BAD_REQUEST,
          "a query of " + query.getKeysCount() + " keys: at most " + MAX_KEYS + " expected");
    }
  }

  static Frame answer(KeyQuery query, Feed feed) {
    byte[] present = new byte[Math.ceilDiv(query.getKeysCount(), 8)];
    for (int i = 0; i < query.getKeysCount(); i++) {
      if (isPresent(query.getKeys(i).toByteArray(), feed)) {
        present[i / 8] |= (byte) (1 << (i % 8));
      }
    }
    return Frame.newBuilder()
        .setKeyAnswer(
            KeyAnswer.newBuilder()
                .setQuery(query.getQuery())
                .setPresent(ByteString.copyFrom(present)))
        .build();
  }

  /**
   * A key whose removal the lanes still owe counts as present: were the client to remove it by this
   * answer, a batch read before and still on its way would bring it back for a moment (I3).
   */
  private static boolean isPresent(byte[] key, Feed feed) {
    ChangeIndex index = feed.requested().database().index();
    int slot = index.find(key);
    return slot >= 0
        && (!index.isTombstone(slot) || index.versionOf(slot) > feed.progress().removalsAfter())
        && feed.requested().filter().matches(key);
  }
}
