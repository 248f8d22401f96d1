package io.replicator.client.sink.redis;

import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The Redis commands that the sink uses. {@link #toString} is in lower case on purpose: the library
 * starts its own book-keeping of a transaction when it sees "MULTI", which would wrap and keep each
 * command of it; {@link Transaction} does that with less.
 */
// The library's interface declares a name() too, which each enum has; arrays here are never
// written.
@SuppressWarnings({"deprecation", "ImmutableEnumChecker"})
enum Word implements ProtocolKeyword {
  APPEND,
  COMMAND,
  DBSIZE,
  DEL,
  DISCARD,
  EXEC,
  EXISTS,
  FLUSHDB,
  GET,
  HDEL,
  HGETALL,
  HPEXPIREAT,
  HSET,
  MSET,
  MULTI,
  PEXPIREAT,
  RENAME,
  RESTORE,
  ROLE,
  RPUSH,
  SADD,
  SCAN,
  SELECT,
  SET,
  TIME,
  UNLINK,
  UNWATCH,
  WATCH,
  XADD,
  XGROUP,
  XSETID,
  ZADD;

  private final byte[] bytes = name().getBytes(StandardCharsets.US_ASCII);
  private final byte[] encoded =
      ("$" + name().length() + "\r\n" + name() + "\r\n").getBytes(StandardCharsets.US_ASCII);
  private final String lowerCase = name().toLowerCase(Locale.ROOT);

  @Override
  public byte[] getBytes() {
    return bytes;
  }

  /** The word as a bulk string of the protocol, with its length and line ends. */
  byte[] encoded() {
    return encoded;
  }

  @Override
  public String toString() {
    return lowerCase;
  }
}
