package io.replicator.hub.source.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source.Read;
import io.replicator.api.Source.ReadPage;
import io.replicator.api.Value;
import io.replicator.redis.RedisAccessException;
import io.replicator.redis.RedisAccessException.Category;
import io.replicator.redis.RedisLink;
import io.replicator.redis.ValueReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Reads the application's keys {@code version} and {@code version:<n>} over one session. */
final class VersionChain {
  static final int PAGE = 256;
  private static final int PAGE_BYTES = 4 << 20;
  private static final int MAX_LIST_BYTES = 64 << 20;

  /** A list that ends sooner than this is not counted on when the horizon is chosen. */
  private static final long NEARLY_ENDED_MILLIS = 30_000;

  private final RedisLink link;
  private final ValueReader reader;
  private final Calls calls;

  VersionChain(RedisSource.Session session) {
    this.link = session.readLink();
    this.reader = session.reader();
    this.calls = session.calls();
  }

  /** The number in {@code version}, -1 if there is no such key. */
  long version() throws InterruptedException {
    Object reply = calls.get(link.call(CommandType.GET, (Object) ReservedKeys.VERSION));
    if (reply == null) {
      return -1;
    }
    String text = Calls.text(reply);
    if (!text.matches("\\d{1,18}")) {
      throw new RedisAccessException(
          Category.FAILED,
          "the key 'version' holds '"
              + text.substring(0, Math.min(32, text.length()))
              + "': a number from 0 on is expected; or name the database in -plaindb");
    }
    return Long.parseLong(text);
  }

  /** The smallest n such that all lists in (n, version] are there, going back so many at most. */
  long horizon(long version, int maxLists) throws InterruptedException {
    long lowest = Math.max(0, version - maxLists);
    for (long top = version; top > lowest; top -= PAGE) {
      long bottom = Math.max(lowest, top - PAGE);
      List<CompletableFuture<@Nullable Object>> left = new ArrayList<>();
      for (long n = top; n > bottom; n--) {
        left.add(link.call(CommandType.PTTL, (Object) ReservedKeys.list(n)));
      }
      for (int i = 0; i < left.size(); i++) {
        long millis = calls.get(left.get(i)) instanceof Long number ? number : -2;
        if (millis == -2 || (millis >= 0 && millis < NEARLY_ENDED_MILLIS)) {
          return top - i;
        }
      }
    }
    return lowest;
  }

  /** The lists of {@code from < n <= to} that are there, ascending. */
  static CompletionStage<List<VersionList>> lists(ValueReader reader, long from, long to) {
    return append(reader, new ArrayList<>(), from, to);
  }

  List<VersionList> lists(long from, long to) throws InterruptedException {
    return calls.get(lists(reader, from, to));
  }

  private static CompletionStage<List<VersionList>> append(
      ValueReader reader, List<VersionList> read, long from, long to) {
    if (from >= to) {
      return CompletableFuture.completedFuture(read);
    }
    List<byte[]> keys =
        LongStream.rangeClosed(from + 1, Math.min(to, from + PAGE))
            .mapToObj(ReservedKeys::list)
            .toList();
    return reader
        .read(keys, PAGE_BYTES, MAX_LIST_BYTES)
        .thenCompose(page -> append(reader, read, from + take(page, from, read), to));
  }

  /** Adds what the page holds; how many versions were dealt with. */
  private static int take(ReadPage page, long from, List<VersionList> read) {
    int done = 0;
    for (Read entry : page.entries()) {
      long version = from + done + 1;
      switch (entry) {
        case Read.Present present ->
            read.add(
                new VersionList(
                    version, keys(present.value(), version), present.expiresAtMillis()));
        case Read.Absent absent -> {}
        case Read.Skipped skipped -> {
          return done;
        }
        case Read.Large large ->
            throw new RedisAccessException(
                Category.FAILED,
                "the list 'version:"
                    + version
                    + "' has "
                    + large.bytes()
                    + " bytes: at most "
                    + MAX_LIST_BYTES
                    + " expected");
      }
      done++;
    }
    return done;
  }

  private static List<Key> keys(Value value, long version) {
    List<byte[]> names =
        switch (value) {
          case Value.ListValue list -> list.elements();
          case Value.SetValue set -> set.members();
          case Value.StringValue other -> throw wrongType(other, version);
          case Value.HashValue other -> throw wrongType(other, version);
          case Value.SortedSetValue other -> throw wrongType(other, version);
          case Value.StreamValue other -> throw wrongType(other, version);
          case Value.OpaqueValue other -> throw wrongType(other, version);
        };
    return names.stream().map(Key::of).toList();
  }

  private static RedisAccessException wrongType(Value value, long version) {
    return new RedisAccessException(
        Category.FAILED,
        "the key 'version:" + version + "' is a " + value.typeName() + ": list or set expected");
  }
}
