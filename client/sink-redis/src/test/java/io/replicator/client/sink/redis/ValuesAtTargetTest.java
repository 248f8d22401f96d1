package io.replicator.client.sink.redis;

import static io.replicator.client.sink.redis.SinkFixture.FEED;
import static io.replicator.client.sink.redis.SinkFixture.batch;
import static io.replicator.client.sink.redis.SinkFixture.text;
import static io.replicator.testing.testkit.SinkData.bytes;
import static io.replicator.testing.testkit.SinkData.done;
import static io.replicator.testing.testkit.SinkData.part;
import static io.replicator.testing.testkit.SinkData.put;
import static io.replicator.testing.testkit.SinkData.remove;
import static io.replicator.testing.testkit.SinkData.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Range;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import io.replicator.testing.testkit.SinkData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every type and its edges, written to a real Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ValuesAtTargetTest {
  private final SinkFixture fixture = new SinkFixture();
  private RedisSink sink = fixture.sink();

  @BeforeAll
  void closeTheFirst() {
    sink.close();
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @BeforeEach
  void emptyTarget() {
    fixture.redis().flushall();
    sink = fixture.sink();
    done(sink.open(FEED));
  }

  @AfterEach
  void close() {
    sink.close();
  }

  @Test
  void writesStringsOfAnyBytes() {
    byte[] binaryKey = {0, (byte) 0xff, '\r', '\n', ' '};
    byte[] binary = {(byte) 0x80, 0, '\n', '\r', (byte) 0xfe};
    apply(
        put("empty", ""),
        put("text", "café"),
        new Change.Put(Key.of(binaryKey), 1, new Value.StringValue(binary), 0),
        put("", "the empty key"));

    assertThat(fixture.redis().get(bytes("empty"))).isEmpty();
    assertThat(text(fixture.redis().get(bytes("text")))).isEqualTo("café");
    assertThat(fixture.redis().get(binaryKey)).isEqualTo(binary);
    assertThat(text(fixture.redis().get(bytes("")))).isEqualTo("the empty key");
  }

  @Test
  void writesMoreStringsThanOneCommandTakes() {
    Change[] changes = new Change[10_000];
    Arrays.setAll(changes, i -> put("k" + i, "v" + i));
    apply(changes);

    assertThat(fixture.redis().dbsize()).isEqualTo(10_001);
    assertThat(text(fixture.redis().get(bytes("k9999")))).isEqualTo("v9999");
    assertThat(sink.counters().get(SinkCounter.STRINGS)).isEqualTo(10_000);
  }

  @Test
  void setsAbsoluteExpiryOnEveryType() {
    long at = System.currentTimeMillis() + 100_000;
    apply(
        new Change.Put(Key.of("s"), 1, string("v"), at),
        new Change.Put(Key.of("l"), 1, list("a"), at),
        new Change.Put(Key.of("h"), 1, hash("f", "v"), at));

    for (String key : List.of("s", "l", "h")) {
      assertThat(fixture.redis().pexpiretime(bytes(key))).as(key).isEqualTo(at);
    }
  }

  @Test
  void removesExpiryThatTheNewValueDoesNotHave() {
    apply(new Change.Put(Key.of("s"), 1, string("v"), System.currentTimeMillis() + 100_000));
    apply(put("s", "w"));

    assertThat(fixture.redis().pexpiretime(bytes("s"))).isEqualTo(-1);
  }

  @Test
  void removesWhatHadExpiredWhenItArrived() {
    apply(put("s", "old"), put("l", list("old")));
    apply(
        new Change.Put(Key.of("s"), 1, string("v"), 1),
        new Change.Put(Key.of("l"), 1, list("v"), System.currentTimeMillis() - 60_000));

    assertThat(fixture.redis().exists(bytes("s"), bytes("l"))).isZero();
    assertThat(sink.counters().get(SinkCounter.EXPIRED_ON_ARRIVAL)).isEqualTo(2);
  }

  @Test
  void replacesAValueByOneOfAnotherType() {
    apply(put("k", list("a", "b")));
    apply(put("k", hash("f", "v")));
    assertThat(fixture.redis().type(bytes("k"))).isEqualTo("hash");
    apply(put("k", "text"));
    assertThat(fixture.redis().type(bytes("k"))).isEqualTo("string");
    apply(put("k", stream("5-1", "5-1")));
    assertThat(fixture.redis().type(bytes("k"))).isEqualTo("stream");
    apply(put("k", list("c")));
    assertThat(fixture.redis().lrange(bytes("k"), 0, -1)).containsExactly(bytes("c"));
  }

  @Test
  void keepsOrderOfListsAndBytesOfMembers() {
    byte[] member = {0, 1, (byte) 0xff};
    apply(
        put("l", list("c", "a", "b", "a")),
        put("s", new Value.SetValue(List.of(member, bytes("")))),
        put("h", hash("f", "")));

    assertThat(fixture.redis().lrange(bytes("l"), 0, -1).stream().map(SinkFixture::text))
        .containsExactly("c", "a", "b", "a");
    assertThat(fixture.redis().smembers(bytes("s"))).contains(member).hasSize(2);
    assertThat(fixture.redis().hget(bytes("h"), bytes("f"))).isEmpty();
  }

  @Test
  void writesEveryScore() {
    double[] scores = {
      Double.NEGATIVE_INFINITY,
      Double.POSITIVE_INFINITY,
      -0.0,
      0.1,
      1e300,
      Double.MIN_VALUE,
      -17,
      9007199254740994.0,
      1.0 / 3
    };
    List<Value.ScoredMember> members = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      members.add(new Value.ScoredMember(bytes("m" + i), scores[i]));
    }
    apply(put("z", new Value.SortedSetValue(members)));

    for (int i = 0; i < scores.length; i++) {
      assertThat(fixture.redis().zscore(bytes("z"), bytes("m" + i)))
          .as("score " + scores[i])
          .isEqualTo(scores[i]);
    }
  }

  @Test
  void writesStreamsWithTheirIdsAndCounters() {
    apply(
        put(
            "x",
            new Value.StreamValue(
                List.of(
                    new Value.StreamEntry("5-1", List.of(bytes("f"), bytes("v"))),
                    new Value.StreamEntry("5-3", List.of(bytes("f"), bytes("w")))),
                "9-0",
                12,
                "5-2")));

    assertThat(
            fixture.redis().xrange(bytes("x"), Range.unbounded()).stream()
                .map(message -> message.getId()))
        .containsExactly("5-1", "5-3");
    assertThat(streamInfo("x"))
        .containsEntry("last-generated-id", "9-0")
        .containsEntry("entries-added", "12")
        .containsEntry("max-deleted-entry-id", "5-2");
  }

  @Test
  void writesStreamsWithoutAnEntry() {
    apply(
        put("used", new Value.StreamValue(List.of(), "7-2", 3, "7-2")),
        put("fresh", new Value.StreamValue(List.of(), "0-0", 0, "0-0")));

    assertThat(fixture.redis().xlen(bytes("used"))).isZero();
    assertThat(streamInfo("used"))
        .containsEntry("last-generated-id", "7-2")
        .containsEntry("entries-added", "3")
        .containsEntry("groups", "0");
    assertThat(fixture.redis().type(bytes("fresh"))).isEqualTo("stream");
    assertThat(streamInfo("fresh")).containsEntry("max-deleted-entry-id", "0-0");
  }

  @Test
  void restoresDumpsAndLeavesOutThoseItCannotRead() {
    fixture.redis().set(bytes("original"), bytes("value"));
    byte[] dump = fixture.redis().dump(bytes("original"));
    fixture.redis().set(bytes("bad"), bytes("older value"));
    apply(
        put("good", new Value.OpaqueValue("module", dump)),
        put("bad", new Value.OpaqueValue("ReJSON-RL", bytes("garbage"))),
        put("other", "goes on"));

    assertThat(text(fixture.redis().get(bytes("good")))).isEqualTo("value");
    assertThat(fixture.redis().exists(bytes("bad"))).isZero();
    assertThat(text(fixture.redis().get(bytes("other")))).isEqualTo("goes on");
    assertThat(sink.counters().get(SinkCounter.OPAQUES_REFUSED)).isEqualTo(1);
    assertThat(ownKeys()).containsExactly("__replicator:cursor:0");
  }

  @Test
  void restoresADumpThatCameInSlices() {
    fixture.redis().set(bytes("original"), bytes("value of some length"));
    byte[] dump = fixture.redis().dump(bytes("original"));
    byte[] begin = Arrays.copyOf(dump, 9);
    byte[] rest = Arrays.copyOfRange(dump, 9, dump.length);
    apply(part("k", 0, false, new Value.OpaqueValue("module", begin)));
    assertThat(fixture.redis().exists(bytes("k"))).isZero();
    apply(part("k", 1, true, new Value.OpaqueValue("module", rest)));

    assertThat(text(fixture.redis().get(bytes("k")))).isEqualTo("value of some length");
  }

  @Test
  void leavesOutFieldExpiryWhereTheServerHasNone() {
    assertThat(fixture.redis().info("server")).contains("redis_version:7.0");
    apply(put("h", new Value.HashValue(List.of(field("f", "v", 9_000_000_000_000L)))));

    assertThat(text(fixture.redis().hget(bytes("h"), bytes("f")))).isEqualTo("v");
    assertThat(sink.counters().get(SinkCounter.FIELD_EXPIRIES_DROPPED)).isEqualTo(1);
  }

  @Test
  void removesKeys() {
    apply(put("a", "1"), put("b", list("1")));
    apply(remove("a"), remove("b"), remove("never there"));

    assertThat(fixture.redis().dbsize()).isEqualTo(1);
    assertThat(sink.counters().get(SinkCounter.REMOVED)).isEqualTo(3);
  }

  @Test
  void showsAMillionMembersOnlyWhenTheyAreComplete() {
    apply(put("big", "older value"));
    int slices = 20;
    for (int slice = 0; slice < slices; slice++) {
      assertThat(text(fixture.redis().get(bytes("big")))).isEqualTo("older value");
      List<byte[]> members = new ArrayList<>();
      for (int i = 0; i < 50_000; i++) {
        members.add(bytes("member" + (slice * 50_000 + i)));
      }
      apply(part("big", slice, slice == slices - 1, new Value.SetValue(members)));
    }

    assertThat(fixture.redis().scard(bytes("big"))).isEqualTo(1_000_000);
    assertThat(ownKeys()).containsExactly("__replicator:cursor:0");
  }

  @Test
  void putsAHundredMegabytesTogether() {
    int slices = 25;
    byte[] slice = new byte[4 << 20];
    for (int i = 0; i < slices; i++) {
      Arrays.fill(slice, (byte) i);
      apply(part("big", i, i == slices - 1, new Value.StringValue(slice)));
    }

    assertThat(fixture.redis().strlen(bytes("big"))).isEqualTo(100L << 20);
    assertThat(fixture.redis().getrange(bytes("big"), (100 << 20) - 1, -1)).containsExactly(24);
  }

  @Test
  void writesAStringLargerThanTheWindowInOneBatch() {
    byte[] large = new byte[20 << 20];
    Arrays.fill(large, (byte) 'x');
    apply(put("large", new Value.StringValue(large)), put("small", "s"), put("l", list("a")));

    assertThat(fixture.redis().strlen(bytes("large"))).isEqualTo(large.length);
    assertThat(fixture.redis().llen(bytes("l"))).isEqualTo(1);
  }

  @Test
  void collectsSlicesOfEveryType() {
    apply(
        part("l", 0, false, list("a")),
        part("h", 0, false, hash("f", "1")),
        part("z", 0, false, zset("m", 1)),
        part("x", 0, false, stream("1-1", "9-9")));
    apply(
        part("l", 1, true, list("b")),
        part("h", 1, true, hash("g", "2")),
        part("z", 1, true, zset("n", 2)),
        part("x", 1, true, stream("2-1", "9-9")));

    assertThat(fixture.redis().llen(bytes("l"))).isEqualTo(2);
    assertThat(fixture.redis().hlen(bytes("h"))).isEqualTo(2);
    assertThat(fixture.redis().zcard(bytes("z"))).isEqualTo(2);
    assertThat(fixture.redis().xlen(bytes("x"))).isEqualTo(2);
    assertThat(streamInfo("x")).containsEntry("last-generated-id", "9-9");
  }

  @Test
  void refusesASliceWhoseTemporaryKeyWasTakenAway() {
    apply(part("big", 0, false, string("begin")));
    fixture.redis().del(bytes(ownKeys().stream().filter(k -> k.contains("part")).findAny().get()));

    assertThatThrownBy(() -> apply(part("big", 1, true, string("end"))))
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("slice 1 of key big");
    done(sink.open(FEED));
    assertThatThrownBy(() -> apply(part("big", 1, true, string("end"))))
        .hasMessageContaining("slice 1 of key big");
    done(sink.open(FEED));
    apply(part("big", 0, false, string("begin")));
    apply(part("big", 1, true, string("end")));
    assertThat(text(fixture.redis().get(bytes("big")))).isEqualTo("beginend");
  }

  @Test
  void removesAbandonedTemporaryKeysWhenOpened() {
    apply(part("big", 0, false, string("begin")));
    assertThat(ownKeys()).hasSize(2);
    sink.close();
    sink = fixture.sink();
    done(sink.open(FEED));

    assertThat(ownKeys()).containsExactly("__replicator:cursor:0");
  }

  @Test
  void dropsSlicesOfAKeyThatWasReplacedAsAWhole() {
    apply(part("big", 0, false, string("begin")));
    apply(put("big", "small now"));

    assertThat(ownKeys()).containsExactly("__replicator:cursor:0");
    assertThat(text(fixture.redis().get(bytes("big")))).isEqualTo("small now");
  }

  private List<String> ownKeys() {
    return fixture.redis().keys("__replicator:*").stream().map(SinkFixture::text).toList();
  }

  private void apply(Change... changes) {
    done(sink.apply(batch(changes).build()));
  }

  private java.util.Map<String, String> streamInfo(String key) {
    List<Object> flat =
        fixture
            .redis()
            .dispatch(
                CommandType.XINFO,
                new NestedMultiOutput<>(io.lettuce.core.codec.ByteArrayCodec.INSTANCE),
                new CommandArgs<>(io.lettuce.core.codec.ByteArrayCodec.INSTANCE)
                    .add("STREAM")
                    .addKey(bytes(key)));
    java.util.Map<String, String> info = new java.util.HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      info.put(shown(flat.get(i)), shown(flat.get(i + 1)));
    }
    return info;
  }

  private static String shown(Object value) {
    return value instanceof byte[] bytes
        ? text(bytes)
        : value instanceof Collection<?> ? "…" : String.valueOf(value);
  }

  private static Value.ListValue list(String... elements) {
    return new Value.ListValue(Arrays.stream(elements).map(SinkData::bytes).toList());
  }

  private static Value.HashValue hash(String name, String value) {
    return new Value.HashValue(List.of(field(name, value, 0)));
  }

  private static Value.Field field(String name, String value, long expiresAt) {
    return new Value.Field(bytes(name), bytes(value), expiresAt);
  }

  private static Value.SortedSetValue zset(String member, double score) {
    return new Value.SortedSetValue(List.of(new Value.ScoredMember(bytes(member), score)));
  }

  private static Value.StreamValue stream(String id, String last) {
    return new Value.StreamValue(
        List.of(new Value.StreamEntry(id, List.of(bytes("f"), bytes("v")))), last, -1, "0-0");
  }
}
