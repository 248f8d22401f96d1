package io.replicator.redis;

import io.replicator.api.Source.ReadPage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages of keys over one link, each page in one atomic step: by a script, or where the user
 * may not run scripts in a transaction. Calls are pipelined; thread-safe.
 */
public final class ValueReader {
  /** The most keys in a page: what a server can read without making others wait. */
  public static final int MAX_KEYS = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(ValueReader.class);

  private final RedisLink link;
  private final PageReader script;
  private final PageReader commands;
  private volatile boolean scriptForbidden;

  /**
   * @param versionKey key of the database's version, read in the same step; null = none
   */
  public ValueReader(RedisLink link, byte @Nullable [] versionKey) {
    this.link = link;
    this.script = new ScriptPages(link, versionKey);
    this.commands = new CommandPages(link, versionKey);
  }

  /** As {@link io.replicator.api.Source#read}; fails with {@link RedisAccessException}. */
  public CompletionStage<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    if (keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          keys.size() + " keys in a page: at most " + MAX_KEYS + " expected");
    }
    if (maxBytes < 1 || maxValueBytes < 1) {
      throw new IllegalArgumentException(
          "maxBytes " + maxBytes + ", maxValueBytes " + maxValueBytes + ": at least 1 expected");
    }
    CompletableFuture<ReadPage> page =
        scriptForbidden
            ? commands.read(keys, maxBytes, maxValueBytes)
            : script
                .read(keys, maxBytes, maxValueBytes)
                .exceptionallyCompose(error -> withoutScript(error, keys, maxBytes, maxValueBytes));
    return page.exceptionallyCompose(
        error -> CompletableFuture.failedFuture(AccessErrors.of(link.toString(), error)));
  }

  private CompletableFuture<ReadPage> withoutScript(
      Throwable error, List<byte[]> keys, int maxBytes, int maxValueBytes) {
    if (!ScriptPages.isForbidden(error)) {
      return CompletableFuture.failedFuture(error);
    }
    if (!scriptForbidden) {
      scriptForbidden = true;
      LOG.atWarn()
          .addKeyValue("server", link)
          .addKeyValue("reason", AccessErrors.unwrapped(error).getMessage())
          .log("the Redis user may not run scripts: reading is slower without them");
    }
    return commands.read(keys, maxBytes, maxValueBytes);
  }
}
