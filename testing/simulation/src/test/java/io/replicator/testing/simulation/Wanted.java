package io.replicator.testing.simulation;

import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;

/** The keys of a feed as both sides know them: what is asked for of what the collection has. */
record Wanted(FeedId feed, KeyPatterns collection) {
  boolean covers(Key key) {
    return feed.patterns().matches(key.bytes()) && collection.matches(key.bytes());
  }
}
