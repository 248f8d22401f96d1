package io.replicator.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lettuce.core.protocol.ProtocolKeyword;
import io.replicator.api.Source.ChangedMeanwhile;
import io.replicator.api.Source.LargeSlice;
import io.replicator.api.Source.Read;
import io.replicator.api.Value;
import io.replicator.api.ValueHash;
import io.replicator.command.redis.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ValueReaderTest {
  private static final List<String> KEYS =
      List.of(
          "string", "empty", "number", "hash", "list", "set", "zset", "stream", "emptied", "gone",
          "big", "ends");

  private RedisServer server;
  private RedisConnector connector;
  private RedisLink link;

  @BeforeAll
  void start() {
    server = RedisServer.started();
    connector = new RedisConnector(RedisEndpoint.parse(server.address()));
    link = connector.await(connector.open(0));
  }

  @AfterAll
  void stop() {
    link.close();
    connector.close();
    server.close();
  }

  @BeforeEach
  void fill() {
    send("FLUSHALL");
    send("SET", "string", "value");
    send("SET", "empty", "");
    send("SET", "number", "12345");
    send("HSET", "hash", "f", "v", "g", "");
    send("RPUSH", "list", "a", "b", "a");
    send("SADD", "set", "m", "n");
    send("ZADD", "zset", "inf", "a", "-0.5", "b", "0.1", "c");
    send("XADD", "stream", "5-1", "f", "v", "f", "w");
    send("XADD", "stream", "6-1", "g", "x");
    send("XDEL", "stream", "6-1");
    send("XADD", "emptied", "7-1", "f", "v");
    send("XTRIM", "emptied", "MAXLEN", 0L);
    send("SET", "big", "x".repeat(20_000));
    send("SET", "ends", "v", "PXAT", 9999999999999L);
  }

  @Test
  void readsEveryTypeByScript() {
    ScriptPages pages = new ScriptPages(link, null);
    assertReads(pages.read(keys(KEYS), 1 << 20, 10_000).join().entries());
    assertReads(pages.read(keys(KEYS), 1 << 20, 10_000).join().entries());
    pages.read(keys(List.of("string")), 1 << 20, 10_000).join(); // from here strings are expected
    assertReads(pages.read(keys(KEYS), 1 << 20, 10_000).join().entries());
  }

  @Test
  void readsEveryTypeByCommands() {
    assertReads(new CommandPages(link, null).read(keys(KEYS), 1 << 20, 10_000).join().entries());
  }

  @Test
  void readsWithoutScriptsWhereTheyAreForbidden() {
    send("ACL", "SETUSER", "hub", "on", ">secret", "~*", "+@all", "-eval", "-evalsha");
    RedisEndpoint endpoint =
        RedisEndpoint.parse(server.address()).withLogin("hub", Secret.of("secret"));
    try (RedisConnector limited = new RedisConnector(endpoint);
        RedisLink limitedLink = limited.await(limited.open(0))) {
      ValueReader reader = new ValueReader(limitedLink, null);
      for (int i = 0; i < 2; i++) {
        assertReads(
            reader.read(keys(KEYS), 1 << 20, 10_000).toCompletableFuture().join().entries());
      }
    }
  }

  @Test
  void skipsWhatDoesNotFitThePage() {
    List<String> keys = List.of("string", "big", "string");
    for (PageReader pages : List.of(new ScriptPages(link, null), new CommandPages(link, null))) {
      List<Read> reads = pages.read(keys(keys), 100, 50_000).join().entries();
      assertThat(reads.get(0)).isInstanceOf(Read.Present.class);
      assertThat(reads.get(1)).isInstanceOf(Read.Present.class);
      assertThat(reads.get(2)).isInstanceOf(Read.Skipped.class);
    }
  }

  @Test
  void readsTheVersionInTheSameStep() {
    byte[] version = "version".getBytes(StandardCharsets.US_ASCII);
    for (PageReader pages :
        List.of(new ScriptPages(link, version), new CommandPages(link, version))) {
      send("DEL", "version");
      assertThat(pages.read(keys(KEYS), 1 << 20, 10_000).join().version()).isZero();
      send("SET", "version", "17");
      assertThat(pages.read(keys(KEYS), 1 << 20, 10_000).join().version()).isEqualTo(17);
    }
  }

  @Test
  void readsALargeStringOfAHundredMegabytesInSlices() {
    int size = 100 << 20;
    send("SETRANGE", "huge", (long) size - 1, "x");
    LargeReader reader = large("huge", 1 << 20);
    long bytes = 0;
    LargeSlice slice;
    do {
      slice = reader.next().toCompletableFuture().join();
      bytes += ((Value.StringValue) Objects.requireNonNull(slice.slice())).bytes().length;
    } while (!slice.last());
    reader.close();
    assertThat(bytes).isEqualTo(size);
    send("DEL", "huge");
  }

  @Test
  void readsASetOfAMillionMembersInSlices() {
    send("EVAL", "for i = 1, 1000000 do redis.call('SADD', KEYS[1], i) end", 1L, "million");
    Set<String> members = new HashSet<>();
    LargeReader reader = large("million", 64 << 10);
    LargeSlice slice;
    do {
      slice = reader.next().toCompletableFuture().join();
      ((Value.SetValue) Objects.requireNonNull(slice.slice()))
          .members()
          .forEach(member -> members.add(text(member)));
    } while (!slice.last());
    reader.close();
    assertThat(members).hasSize(1_000_000);
    send("DEL", "million");
  }

  @Test
  void readsSlicesOfEveryTypeAsTheWholeValue() {
    send(
        "EVAL",
        "for i = 1, 700 do redis.call('RPUSH', 'list', i) redis.call('HSET', 'hash', i, i)"
            + " redis.call('ZADD', 'zset', i, i) redis.call('XADD', 'stream', '9-' .. i, 'f', i)"
            + " end",
        0L);
    for (String key : List.of("string", "empty", "list", "hash", "zset", "stream", "emptied")) {
      Read.Present whole =
          (Read.Present)
              new ScriptPages(link, null)
                  .read(keys(List.of(key)), 1 << 20, 1 << 20)
                  .join()
                  .entries()
                  .getFirst();
      assertThat(ValueHash.of(joined(large(key, 512)), 0)).as(key).isEqualTo(whole.hash());
    }
  }

  @Test
  void refusesTheLastSliceIfTheKeyChangedMeanwhile() {
    LargeReader reader = large("big", 600);
    assertThat(reader.next().toCompletableFuture().join().last()).isFalse();
    send("APPEND", "big", "y");
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> {
          while (!reader.next().toCompletableFuture().join().last()) {}
        })
        .withCauseInstanceOf(ChangedMeanwhile.class);
    reader.close();
  }

  @Test
  void tellsThatALargeValueIsGone() {
    LargeReader reader = large("gone", 600);
    assertThat(reader.next().toCompletableFuture().join()).isEqualTo(new LargeSlice(null, 0, true));
    reader.close();
  }

  private static void assertReads(List<Read> reads) {
    assertThat(text(((Value.StringValue) value(reads, "string")).bytes())).isEqualTo("value");
    assertThat(((Value.StringValue) value(reads, "empty")).bytes()).isEmpty();
    assertThat(text(((Value.StringValue) value(reads, "number")).bytes())).isEqualTo("12345");
    assertThat(((Value.HashValue) value(reads, "hash")).fields()).hasSize(2);
    assertThat(((Value.ListValue) value(reads, "list")).elements())
        .extracting(ValueReaderTest::text)
        .containsExactly("a", "b", "a");
    assertThat(((Value.SetValue) value(reads, "set")).members()).hasSize(2);
    assertThat(((Value.SortedSetValue) value(reads, "zset")).members())
        .extracting(Value.ScoredMember::score)
        .containsExactly(-0.5, 0.1, Double.POSITIVE_INFINITY);
    Value.StreamValue stream = (Value.StreamValue) value(reads, "stream");
    assertThat(stream.entries()).hasSize(1);
    assertThat(stream.entries().getFirst().fieldsAndValues()).hasSize(4);
    assertThat(List.of(stream.lastId(), stream.maxDeletedId())).containsExactly("6-1", "6-1");
    assertThat(stream.entriesAdded()).isEqualTo(2);
    assertThat(((Value.StreamValue) value(reads, "emptied")).lastId()).isEqualTo("7-1");
    assertThat(read(reads, "gone")).isInstanceOf(Read.Absent.class);
    assertThat(((Read.Large) read(reads, "big")).bytes()).isGreaterThanOrEqualTo(20_000);
    Read.Present ends = (Read.Present) read(reads, "ends");
    assertThat(ends.expiresAtMillis()).isEqualTo(9999999999999L);
    assertThat(ends.hash()).isEqualTo(ValueHash.of(ends.value(), 9999999999999L));
  }

  private static Read read(List<Read> reads, String key) {
    return reads.get(KEYS.indexOf(key));
  }

  private static Value value(List<Read> reads, String key) {
    return ((Read.Present) read(reads, key)).value();
  }

  private static Value joined(LargeReader reader) {
    List<Value> slices = new ArrayList<>();
    LargeSlice slice;
    do {
      slice = reader.next().toCompletableFuture().join();
      slices.add(Objects.requireNonNull(slice.slice()));
    } while (!slice.last());
    reader.close();
    return switch (slices.getLast()) {
      case Value.StringValue last -> last;
      case Value.ListValue last ->
          new Value.ListValue(
              slices.stream().flatMap(s -> ((Value.ListValue) s).elements().stream()).toList());
      case Value.HashValue last ->
          new Value.HashValue(
              slices.stream().flatMap(s -> ((Value.HashValue) s).fields().stream()).toList());
      case Value.SetValue last ->
          new Value.SetValue(
              slices.stream().flatMap(s -> ((Value.SetValue) s).members().stream()).toList());
      case Value.SortedSetValue last ->
          new Value.SortedSetValue(
              slices.stream().flatMap(s -> ((Value.SortedSetValue) s).members().stream()).toList());
      case Value.StreamValue last ->
          new Value.StreamValue(
              slices.stream().flatMap(s -> ((Value.StreamValue) s).entries().stream()).toList(),
              last.lastId(),
              last.entriesAdded(),
              last.maxDeletedId());
      case Value.OpaqueValue last -> last;
    };
  }

  private LargeReader large(String key, int sliceBytes) {
    return new LargeReader(
        () -> connector.open(0), key.getBytes(StandardCharsets.UTF_8), sliceBytes);
  }

  private static List<byte[]> keys(List<String> keys) {
    return keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void send(String command, Object... arguments) {
    link.call(new Named(command), arguments).join();
  }

  private record Named(String word) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return word;
    }
  }
}
