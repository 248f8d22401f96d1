package io.replicator.client.sink.redis;

import io.replicator.api.FeedId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** What the target held of a feed before a snapshot begins. */
final class OldData {
  private final Target target;
  private final FeedId feed;
  private final Predicate<byte[]> granted;
  private final Names names;
  private final RedisSinkSettings settings;

  /**
   * @param granted which source keys the feed can hold
   */
  OldData(
      Target target,
      FeedId feed,
      Predicate<byte[]> granted,
      Names names,
      RedisSinkSettings settings) {
    this.target = target;
    this.feed = feed;
    this.granted = granted;
    this.names = names;
    this.settings = settings;
  }

  /** Whether the database has any key but Replicator's own. */
  CompletableFuture<Boolean> isThere() {
    return target
        .send(Command.of(Word.DBSIZE, List.of()))
        .thenCompose(size ->
            size.number() == 0
                ? CompletableFuture.completedFuture(false)
                : anyFrom(Names.ascii(0)));
  }

  /**
   * Empties the target the original way: FLUSHDB if the feed is the whole database, else its keys
   * one page after another. The cursor goes first, so that it never speaks of data that is gone.
   */
  CompletableFuture<Boolean> flush() {
    if (feed.collection().isEmpty() && feed.patterns().isAll() && names.prefix().length == 0) {
      return target.send(Command.of(Word.FLUSHDB, Names.ascii("ASYNC"))).thenApply(flushed -> true);
    }
    return target
        .send(Command.of(Word.DEL, names.cursor()))
        .thenCompose(deleted -> removeFrom(Names.ascii(0)));
  }

  private CompletableFuture<Boolean> anyFrom(byte[] cursor) {
    return target
        .send(Page.scan(cursor, Names.ascii("*"), settings.scanCount()))
        .thenCompose(reply -> {
          Page page = Page.of(reply);
          if (page.keys().stream().anyMatch(key -> !Names.isOwn(key))) {
            return CompletableFuture.completedFuture(true);
          }
          return page.isLast() ? CompletableFuture.completedFuture(false) : anyFrom(page.next());
        });
  }

  private CompletableFuture<Boolean> removeFrom(byte[] cursor) {
    return target
        .send(Page.scan(cursor, names.scanPattern(), settings.scanCount()))
        .thenCompose(reply -> removed(Page.of(reply)));
  }

  private CompletableFuture<Boolean> removed(Page page) {
    List<byte[]> keys = new ArrayList<>();
    for (byte[] key : page.keys()) {
      if (!Names.isOwn(key) && names.hasPrefix(key) && granted.test(names.atSource(key))) {
        keys.add(key);
      }
    }
    CompletableFuture<?> removal =
        keys.isEmpty()
            ? CompletableFuture.completedFuture("")
            : target.send(Command.of(Word.UNLINK, keys));
    return removal.thenCompose(
        done -> page.isLast() ? CompletableFuture.completedFuture(true) : removeFrom(page.next()));
  }

  /** One answer of SCAN. */
  record Page(byte[] next, List<byte[]> keys) {
    static Command scan(byte[] cursor, byte[] pattern, int count) {
      return Command.of(
          Word.SCAN,
          cursor,
          Names.ascii("MATCH"),
          pattern,
          Names.ascii("COUNT"),
          Names.ascii(count));
    }

    static Page of(Reply reply) {
      List<Reply> items = reply.items();
      if (items.size() != 2 || !(items.getFirst() instanceof Reply.Text next)) {
        throw new IllegalStateException("the target answered to SCAN with " + reply);
      }
      List<byte[]> keys = new ArrayList<>();
      for (Reply item : items.get(1).items()) {
        if (item instanceof Reply.Text key) {
          keys.add(key.bytes());
        }
      }
      return new Page(next.bytes(), keys);
    }

    boolean isLast() {
      return next.length == 1 && next[0] == '0';
    }
  }
}
