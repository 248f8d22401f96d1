package io.replicator.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads a page by one call of a script: the fastest way, see decision 040. */
final class ScriptPages implements PageReader {
  private static final long SKIPPED = -3;
  private static final long ABSENT = -2;
  private static final Read.Absent ABSENT_READ = new Read.Absent();
  private static final Read.Skipped SKIPPED_READ = new Read.Skipped();
  private static final byte[] SCRIPT = load();
  private static final byte[] DIGEST = sha1(SCRIPT);

  private final RedisLink link;
  private final byte @Nullable [] versionKey;
  private volatile boolean stringsExpected; // whether the last page held nothing else

  ScriptPages(RedisLink link, byte @Nullable [] versionKey) {
    this.link = link;
    this.versionKey = versionKey;
  }

  @Override
  public CompletableFuture<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    return link.call(CommandType.EVALSHA, arguments(DIGEST, keys, maxBytes, maxValueBytes))
        .exceptionallyCompose(error ->
            startsWith(error, "NOSCRIPT")
                ? link.call(CommandType.EVAL, arguments(SCRIPT, keys, maxBytes, maxValueBytes))
                : CompletableFuture.failedFuture(error))
        .thenApply(reply -> page(Replies.array(reply), keys.size()));
  }

  /** Whether the user may not run scripts, or not what this one calls. */
  static boolean isForbidden(Throwable error) {
    String text = String.valueOf(AccessErrors.unwrapped(error).getMessage());
    return text.startsWith("NOPERM")
        || text.contains("can't run this command")
        || text.contains("no permissions")
        || text.startsWith("ERR unknown command");
  }

  private CommandArgs<byte[], byte[]> arguments(
      byte[] script, List<byte[]> keys, int maxBytes, int maxValueBytes) {
    CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    args.add(script).add(keys.size() + (versionKey == null ? 0 : 1));
    for (byte[] key : keys) {
      args.add(key);
    }
    if (versionKey != null) {
      args.add(versionKey);
    }
    RedisLink.Capabilities has = link.capabilities();
    return args.add(maxBytes)
        .add(maxValueBytes)
        .add(versionKey == null ? 0 : 1)
        .add(has.expireTime() ? 1 : 0)
        .add(has.fieldExpiry() ? 1 : 0)
        .add(link.database())
        .add(stringsExpected ? 1 : 0);
  }

  private ReadPage page(@Nullable Object[] reply, int keys) {
    List<Read> reads = new ArrayList<>(keys);
    boolean onlyStrings = true;
    for (int i = 0; i < keys; i++) {
      onlyStrings &= !(reply[2 * i + 1] instanceof Object[]);
      reads.add(read(Replies.integer(reply[2 * i]), reply[2 * i + 1]));
    }
    stringsExpected = onlyStrings;
    Object version = reply.length > 2 * keys ? reply[2 * keys] : null;
    return new ReadPage(version == null ? 0 : Replies.integer(version), reads);
  }

  private static Read read(long expiry, @Nullable Object content) {
    if (expiry == ABSENT) {
      return ABSENT_READ;
    }
    if (expiry == SKIPPED) {
      return SKIPPED_READ;
    }
    return switch (content) {
      case byte[] string -> present(new Value.StringValue(string), expiry, string.length);
      case Long large -> new Read.Large(large);
      case Object[] compound -> {
        Value value = value(Replies.text(compound[0]), compound);
        yield present(value, expiry, Replies.sizeOf(value));
      }
      case null, default -> throw Replies.unexpected("a value", content);
    };
  }

  static Read.Present present(Value value, long expiry, long bytes) {
    long at = Math.max(0, expiry);
    return new Read.Present(
        value, at, ValueHash.of(value, at), (int) Math.min(bytes, Integer.MAX_VALUE));
  }

  private static Value value(String type, @Nullable Object[] compound) {
    return switch (type) {
      case "hash" -> Replies.hash(Replies.array(compound[1]), Replies.array(compound[2]));
      case "list" -> new Value.ListValue(Replies.byteList(compound[1]));
      case "set" -> new Value.SetValue(Replies.byteList(compound[1]));
      case "zset" -> Replies.sortedSet(Replies.array(compound[1]));
      case "stream" ->
          new Value.StreamValue(
              Replies.streamEntries(Replies.array(compound[1])),
              Replies.text(compound[2]),
              Replies.integer(compound[3]),
              Replies.text(compound[4]));
      default -> new Value.OpaqueValue(type, Replies.bytes(compound[1]));
    };
  }

  private static boolean startsWith(Throwable error, String word) {
    return String.valueOf(AccessErrors.unwrapped(error).getMessage()).startsWith(word);
  }

  private static byte[] load() {
    try (InputStream in = ScriptPages.class.getResourceAsStream("read-page.lua")) {
      if (in == null) {
        throw new IllegalStateException("read-page.lua is missing in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] sha1(byte[] script) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(script);
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
