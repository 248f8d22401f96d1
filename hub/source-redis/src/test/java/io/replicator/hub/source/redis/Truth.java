package io.replicator.hub.source.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.replicator.api.Key;
import io.replicator.api.Source.Read;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisLink;
import io.replicator.redis.ValueReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A test's own connection to a server: sends commands and reads all there is by KEYS. */
final class Truth implements AutoCloseable {
  private final RedisConnector connector;
  final RedisLink link;

  Truth(String address, int database) {
    this.connector = new RedisConnector(RedisEndpoint.parse(address));
    this.link = connector.await(connector.open(database));
  }

  /** Sends a command given as words; text or number in return. */
  Object send(Object... words) {
    Word command = new Word(words[0].toString().toLowerCase(Locale.ROOT));
    Object reply = link.call(command, Arrays.copyOfRange(words, 1, words.length)).join();
    return reply instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(reply);
  }

  Map<Key, Long> all() {
    Object[] found = (Object[]) link.call(CommandType.KEYS, "*").join();
    List<byte[]> keys =
        Arrays.stream(found == null ? new Object[0] : found).map(key -> (byte[]) key).toList();
    Map<Key, Long> values = new HashMap<>();
    ValueReader reader = new ValueReader(link, null);
    for (int from = 0; from < keys.size(); from += 1000) {
      List<byte[]> page = keys.subList(from, Math.min(keys.size(), from + 1000));
      List<Read> reads = reader.read(page, 1 << 30, 1 << 20).toCompletableFuture().join().entries();
      for (int i = 0; i < page.size(); i++) {
        if (reads.get(i) instanceof Read.Present present) {
          values.put(Key.of(page.get(i)), present.hash());
        } else if (reads.get(i) instanceof Read.Large large) {
          values.put(Key.of(page.get(i)), large.bytes());
        }
      }
    }
    return values;
  }

  private record Word(String word) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return word;
    }
  }

  @Override
  public void close() {
    link.close();
    connector.close();
  }
}
