package io.replicator.client.replica;

import io.replicator.api.FeedId;
import java.util.List;

/**
 * What comparing one feed of one target with the hub has shown.
 *
 * @param couldNot why it could not be compared, "" = it was
 * @param hubKeys keys at the hub
 * @param targetKeys keys at the target
 * @param lacking keys that the target lacks or has with another value
 * @param strays keys that only the target has
 * @param keys some of those that differ
 * @param rounds how often it was looked at
 */
public record CheckResult(
    FeedId feed,
    String target,
    String couldNot,
    long hubKeys,
    long targetKeys,
    long lacking,
    long strays,
    List<String> keys,
    int rounds,
    long millis) {
  public CheckResult {
    keys = List.copyOf(keys);
  }

  public boolean isEqual() {
    return couldNot.isEmpty() && differences() == 0;
  }

  public long differences() {
    return lacking + strays;
  }
}
