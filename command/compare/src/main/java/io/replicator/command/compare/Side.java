package io.replicator.command.compare;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One Redis of the two: scanning it, and what there is to know of a key before its value is read.
 */
final class Side {
  private static final int SCAN_COUNT = 1000;
  private static final long REPLY_SECONDS = 60;

  /** Type, size and absolute expiry of each key in one call: three replies a key otherwise. */
  private static final String META_SCRIPT =
      """
      local sizes = {string='STRLEN', hash='HLEN', list='LLEN', set='SCARD', zset='ZCARD', stream='XLEN'}
      local now = redis.call('TIME')
      now = now[1] * 1000 + math.floor(now[2] / 1000)
      local out = {}
      for i, key in ipairs(KEYS) do
        local kind = redis.call('TYPE', key)['ok']
        local size, at = 0, -1
        if kind ~= 'none' then
          if sizes[kind] then size = redis.call(sizes[kind], key) end
          local left = redis.call('PTTL', key)
          if left >= 0 then
            at = redis.pcall('PEXPIRETIME', key)
            if type(at) ~= 'number' then at = now + left end
          end
        end
        out[#out + 1] = kind
        out[#out + 1] = size
        out[#out + 1] = at
      end
      return out
      """;

  /**
   * @param type what {@code TYPE} prints; "none" = the key is not there
   * @param size bytes of a string, elements of the others, 0 for a module's type
   * @param expiresAtMillis Unix time by that server's clock, -1 = never
   */
  record Meta(String type, long size, long expiresAtMillis) {
    boolean isAbsent() {
      return type.equals("none");
    }
  }

  private final CompareSide side;
  private final RedisAsyncCommands<byte[], byte[]> commands;
  private volatile boolean scripts = true;
  private volatile boolean fieldExpiries = true;

  Side(CompareSide side) {
    this.side = side;
    this.commands = side.connection().async();
    await(commands.select(side.database()));
  }

  String name() {
    return side.name();
  }

  RedisAsyncCommands<byte[], byte[]> commands() {
    return commands;
  }

  KeyScanCursor<byte[]> scan(ScanCursor from, String glob) {
    ScanArgs args = ScanArgs.Builder.limit(SCAN_COUNT);
    if (!glob.isEmpty()) {
      args.match(glob.getBytes(StandardCharsets.UTF_8));
    }
    return await(commands.scan(from, args));
  }

  /** Asks for what is known of the keys; the answer is awaited by {@link Metas#get}. */
  Metas metas(List<byte[]> keys) {
    if (!scripts || keys.isEmpty()) {
      return () -> metasOneByOne(keys);
    }
    RedisFuture<List<Object>> reply =
        commands.eval(META_SCRIPT, ScriptOutputType.MULTI, keys.toArray(byte[][]::new));
    return () -> {
      try {
        return fromScript(get(reply));
      } catch (RedisCommandExecutionException e) {
        // No permission for EVAL, or a server without it.
        scripts = false;
        return metasOneByOne(keys);
      }
    };
  }

  /** An answer that is on its way. */
  @FunctionalInterface
  interface Metas {
    List<Meta> get();
  }

  private static List<Meta> fromScript(List<Object> reply) {
    List<Meta> metas = new ArrayList<>(reply.size() / 3);
    for (int i = 0; i + 2 < reply.size(); i += 3) {
      metas.add(
          new Meta(
              new String((byte[]) reply.get(i), StandardCharsets.US_ASCII).intern(),
              (Long) reply.get(i + 1),
              (Long) reply.get(i + 2)));
    }
    return metas;
  }

  private List<Meta> metasOneByOne(List<byte[]> keys) {
    List<RedisFuture<String>> types = keys.stream().map(commands::type).toList();
    List<RedisFuture<Long>> left = keys.stream().map(commands::pttl).toList();
    List<Meta> metas = new ArrayList<>(keys.size());
    List<RedisFuture<Long>> sizes = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      sizes.add(size(await(types.get(i)), keys.get(i)));
    }
    for (int i = 0; i < keys.size(); i++) {
      long millis = await(left.get(i));
      long at = millis < 0 ? -1 : System.currentTimeMillis() + millis;
      metas.add(new Meta(await(types.get(i)), await(sizes.get(i)), at));
    }
    return metas;
  }

  private RedisFuture<Long> size(String type, byte[] key) {
    return switch (type) {
      case "string" -> commands.strlen(key);
      case "hash" -> commands.hlen(key);
      case "list" -> commands.llen(key);
      case "set" -> commands.scard(key);
      case "zset" -> commands.zcard(key);
      case "stream" -> commands.xlen(key);
      default -> commands.exists(key);
    };
  }

  /** Whether this server knows expiries of hash fields, as far as it was seen. */
  boolean hasFieldExpiries() {
    return fieldExpiries;
  }

  void hasNoFieldExpiries() {
    fieldExpiries = false;
  }

  /**
   * Waits for a reply; an error becomes a {@link CompareException} that names this side, or a
   * {@link ChangedMeanwhileException} where it only says that the key is not what it was.
   */
  <T> T await(RedisFuture<T> reply) {
    try {
      return get(reply);
    } catch (RedisCommandExecutionException e) {
      String text = String.valueOf(e.getMessage());
      if (text.startsWith("WRONGTYPE") || text.startsWith("ERR no such key")) {
        throw new ChangedMeanwhileException(name() + ": " + text, e);
      }
      throw new CompareException(name() + " refused: " + text, e);
    }
  }

  /** Waits for a reply; what the server refused is thrown as it is. */
  <T> T get(RedisFuture<T> reply) {
    try {
      return reply.get(REPLY_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RedisCommandExecutionException refused) {
        throw refused;
      }
      throw new CompareException(name() + " cannot be read: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new CompareException(
          name() + " did not answer within " + REPLY_SECONDS + " s: is it reachable?", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompareException("interrupted while reading " + name(), e);
    }
  }
}
