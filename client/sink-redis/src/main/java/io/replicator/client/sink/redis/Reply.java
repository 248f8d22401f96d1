package io.replicator.client.sink.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the target answered to one command. */
sealed interface Reply {
  record Text(byte[] bytes) implements Reply {
    String string() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  record Count(long value) implements Reply {}

  record Items(List<Reply> items) implements Reply {}

  record Nil() implements Reply {}

  /** An error reply, as the server words it: "WRONGTYPE Operation against …". */
  record Refusal(String text) implements Reply {}

  /** The number of a {@link Count}, 0 for everything else. */
  default long number() {
    return this instanceof Count count ? count.value : 0;
  }

  /** The elements of {@link Items}, none for everything else. */
  default List<Reply> items() {
    return this instanceof Items items ? items.items : List.of();
  }
}
