package io.replicator.client.receiver;

import io.replicator.api.Key;
import java.util.List;

/**
 * What a run has found: a verification what differs, a reconcile what it has mended.
 *
 * @param gaveUp why it could not be told, "" = it could
 * @param hubKeys keys at the hub
 * @param targetKeys keys at the first target
 * @param lacking keys that a target lacks or has with another value
 * @param strays keys that the hub does not have
 * @param keys some of those lacking, and of the strays
 * @param wanted for each of those lacking, and of some that only moved meanwhile, what stands for
 *     its key and its value at the hub; ascending
 * @param strayKeys the strays of a verification
 */
public record Compared(
    String gaveUp,
    long hubKeys,
    long targetKeys,
    long lacking,
    long strays,
    List<Key> keys,
    long[] wanted,
    List<Key> strayKeys) {
  public Compared {
    keys = List.copyOf(keys);
    strayKeys = List.copyOf(strayKeys);
  }

  public long differences() {
    return lacking + strays;
  }
}
