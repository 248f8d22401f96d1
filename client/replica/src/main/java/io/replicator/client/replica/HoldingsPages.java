package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.api.Holdings;
import io.replicator.api.Key;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Makes pages of what is told key by key, no faster than wanted. For one thread. */
final class HoldingsPages implements KeptData.Teller {
  private static final int PAGE_KEYS = 512;

  private final FeedId feed;
  private final Predicate<byte[]> covers;
  private final Holdings.Pages pages;
  private final long pageNanos;
  private List<byte[]> keys = new ArrayList<>(PAGE_KEYS);
  private long[] hashes = new long[PAGE_KEYS];
  private boolean wanted = true;

  /**
   * @param keysPerSecond 0 = as fast as it goes
   */
  HoldingsPages(FeedId feed, Predicate<byte[]> covers, int keysPerSecond, Holdings.Pages pages) {
    this.feed = feed;
    this.covers = covers;
    this.pages = pages;
    this.pageNanos =
        keysPerSecond == 0 ? 0 : Duration.ofSeconds(PAGE_KEYS).toNanos() / keysPerSecond;
  }

  @Override
  public boolean key(Key key, long valueHash) {
    if (wanted && feed.patterns().matches(key.bytes()) && covers.test(key.bytes())) {
      hashes[keys.size()] = valueHash;
      keys.add(key.bytes());
      if (keys.size() == PAGE_KEYS) {
        give();
        if (wanted && pageNanos > 0) {
          LockSupport.parkNanos(pageNanos);
        }
      }
    }
    return wanted;
  }

  private void give() {
    wanted = pages.page(keys, Arrays.copyOf(hashes, keys.size()));
    keys = new ArrayList<>(PAGE_KEYS);
  }

  /** Gives the last page. */
  void end() {
    if (wanted && !keys.isEmpty()) {
      give();
    }
  }
}
