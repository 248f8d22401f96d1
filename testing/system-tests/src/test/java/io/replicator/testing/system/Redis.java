package io.replicator.testing.system;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A hand on one Redis server: commands as one types them, answers as text. */
final class Redis implements AutoCloseable {
  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final RedisCommands<byte[], byte[]> commands;

  Redis(int port) {
    this(port, "");
  }

  /**
   * @param password "" = none
   */
  Redis(int port, String password) {
    RedisURI.Builder uri =
        RedisURI.builder().withHost("127.0.0.1").withPort(port).withTimeout(Duration.ofSeconds(30));
    if (!password.isEmpty()) {
      uri.withPassword(password.toCharArray());
    }
    client = RedisClient.create(uri.build());
    connection = client.connect(ByteArrayCodec.INSTANCE);
    commands = connection.sync();
  }

  /** Sends a line of words; gives the answer, of several answers the first; "" = none. */
  String run(String line) {
    String[] words = line.split(" ", -1);
    return send(words[0], List.of(words).subList(1, words.length).toArray(String[]::new));
  }

  /** The same with words that have spaces or bytes in them: each char is one byte. */
  String send(String command, String... args) {
    CommandArgs<byte[], byte[]> list = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    for (String arg : args) {
      list.add(arg.getBytes(StandardCharsets.ISO_8859_1));
    }
    List<Object> answers =
        commands.dispatch(
            new Keyword(command), new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), list);
    if (answers == null || answers.isEmpty()) {
      return "";
    }
    return answers.getFirst() instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.ISO_8859_1)
        : String.valueOf(answers.getFirst());
  }

  /** The connection itself, for what has bytes or is too large for a line. */
  RedisCommands<byte[], byte[]> commands() {
    return commands;
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  /** A command by its name. */
  private record Keyword(String word) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }
  }
}
