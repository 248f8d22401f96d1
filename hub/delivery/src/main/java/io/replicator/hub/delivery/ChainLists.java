package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The lists of the version chain that go with a batch. Of very many only the newest go: to whoever
 * reads the chain at the target the older ones look expired, which is true of any chain some time.
 */
final class ChainLists {
  private static final int MAX_LISTS = 4096;
  private static final int MAX_BYTES = 512 * 1024;

  private ChainLists() {}

  static CompletionStage<List<VersionList>> fetch(Source source, long from, long until) {
    return source.chain(Math.max(from, until - MAX_LISTS), until).thenApply(ChainLists::newest);
  }

  private static List<VersionList> newest(List<VersionList> lists) {
    List<VersionList> kept = new ArrayList<>(lists);
    kept.sort(Comparator.comparingLong(VersionList::version).reversed());
    long bytes = 0;
    int n = 0;
    while (n < kept.size() && bytes <= MAX_BYTES) {
      for (Key key : kept.get(n).keys()) {
        bytes += key.bytes().length;
      }
      n++;
    }
    List<VersionList> ascending = new ArrayList<>(kept.subList(0, n));
    Collections.reverse(ascending);
    return ascending;
  }
}
