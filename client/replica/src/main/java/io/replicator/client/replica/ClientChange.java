package io.replicator.client.replica;

import io.replicator.api.Key;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A change as an application hears of it: a key's new value, or that it is gone.
 *
 * @param value the whole value; empty = the key is gone
 * @param expiresAtMillis Unix time in milliseconds, 0 = never
 * @param version of the source's database; 0 = not known, for a leftover of a snapshot
 */
public record ClientChange(
    int database, Key key, Optional<Value> value, long expiresAtMillis, long version) {

  public boolean isRemoval() {
    return value.isEmpty();
  }

  /** What {@link KeptData} tells of the key as long as it holds this value; 0 for a removal. */
  public long valueHash() {
    return value.map(held -> ValueHash.of(held, expiresAtMillis)).orElse(0L);
  }

  /** The key as UTF-8 text. */
  public String keyText() {
    return new String(key.bytes(), StandardCharsets.UTF_8);
  }

  /** A string value as UTF-8 text; empty for a removal and for other types. */
  public Optional<String> text() {
    return value
        .filter(Value.StringValue.class::isInstance)
        .map(string -> new String(((Value.StringValue) string).bytes(), StandardCharsets.UTF_8));
  }
}
