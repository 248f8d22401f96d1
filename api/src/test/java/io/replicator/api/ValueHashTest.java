package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.Value.Field;
import io.replicator.api.Value.ScoredMember;
import io.replicator.api.Value.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueHashTest {

  @Test
  void orderDoesNotCountWhereRedisHasNone() {
    Random random = new Random(1);
    List<byte[]> members =
        new ArrayList<>(Arrays.asList(utf8("a"), utf8("b"), utf8("c"), utf8("d")));
    long before = ValueHash.of(new Value.SetValue(members), 0);
    Collections.shuffle(members, random);
    assertThat(ValueHash.of(new Value.SetValue(members), 0)).isEqualTo(before);

    Field one = new Field(utf8("a"), utf8("1"), 0);
    Field two = new Field(utf8("b"), utf8("2"), 9);
    assertThat(hash(new Value.HashValue(List.of(one, two))))
        .isEqualTo(hash(new Value.HashValue(List.of(two, one))));

    ScoredMember low = new ScoredMember(utf8("a"), 1);
    ScoredMember high = new ScoredMember(utf8("b"), 2);
    assertThat(hash(new Value.SortedSetValue(List.of(low, high))))
        .isEqualTo(hash(new Value.SortedSetValue(List.of(high, low))));
  }

  @Test
  void orderCountsInListsAndStreams() {
    assertThat(hash(new Value.ListValue(List.of(utf8("a"), utf8("b")))))
        .isNotEqualTo(hash(new Value.ListValue(List.of(utf8("b"), utf8("a")))));
    assertThat(hash(stream("1-1", "f", "v"))).isNotEqualTo(hash(stream("1-1", "v", "f")));
  }

  @Test
  void whateverDiffersMakesAnotherHash() {
    List<Value> values =
        List.of(
            new Value.StringValue(utf8("")),
            new Value.StringValue(utf8("a")),
            new Value.StringValue(utf8("b")),
            new Value.ListValue(List.of(utf8("a"))),
            new Value.ListValue(List.of(utf8("a"), utf8("a"))),
            new Value.ListValue(List.of(utf8("aa"))),
            new Value.ListValue(List.of(utf8("aa"), utf8(""))),
            new Value.SetValue(List.of(utf8("a"))),
            new Value.SetValue(List.of(utf8("a"), utf8("b"))),
            new Value.HashValue(List.of(new Field(utf8("a"), utf8("bc"), 0))),
            new Value.HashValue(List.of(new Field(utf8("ab"), utf8("c"), 0))),
            new Value.HashValue(List.of(new Field(utf8("a"), utf8("bc"), 5))),
            new Value.SortedSetValue(List.of(new ScoredMember(utf8("a"), 1))),
            new Value.SortedSetValue(List.of(new ScoredMember(utf8("a"), 2))),
            stream("1-1", "f", "v"),
            stream("1-2", "f", "v"),
            new Value.OpaqueValue("MBbloom--", utf8("a")));

    assertThat(values.stream().map(ValueHashTest::hash)).doesNotHaveDuplicates().doesNotContain(0L);
  }

  @Test
  void fieldsMovedBetweenStreamEntriesMakeAnotherHash() {
    // Without a count, two entries could be read as one: "1-1" f v "1-2" g w.
    Value apart =
        new Value.StreamValue(
            List.of(
                new StreamEntry("1-1", List.of(utf8("f"), utf8("v"))),
                new StreamEntry("1-2", List.of())),
            "1-2",
            2,
            "0-0");
    Value together =
        new Value.StreamValue(
            List.of(
                new StreamEntry("1-1", List.of()),
                new StreamEntry("1-2", List.of(utf8("f"), utf8("v")))),
            "1-2",
            2,
            "0-0");

    assertThat(hash(apart)).isNotEqualTo(hash(together));
  }

  @Test
  void theExpiryCounts() {
    Value value = new Value.StringValue(utf8("a"));

    assertThat(ValueHash.of(value, 0)).isNotEqualTo(ValueHash.of(value, 1));
  }

  @Test
  void slicesHashLikeTheWhole() {
    Value string = new Value.StringValue(utf8("abcdef"));
    assertThat(
            new ValueHash()
                .add(new Value.StringValue(utf8("abcd")))
                .add(new Value.StringValue(utf8("ef")))
                .finish(7))
        .isEqualTo(ValueHash.of(string, 7));
    Value set = new Value.SetValue(List.of(utf8("a"), utf8("b")));
    assertThat(
            new ValueHash()
                .add(new Value.SetValue(List.of(utf8("b"))))
                .add(new Value.SetValue(List.of(utf8("a"))))
                .finish(0))
        .isEqualTo(hash(set));
  }

  @Test
  void theServersMarkBehindADumpDoesNotCount() {
    assertThat(hash(new Value.OpaqueValue("type", utf8("content-0123456789"))))
        .isEqualTo(hash(new Value.OpaqueValue("type", utf8("content-9876543210"))))
        .isNotEqualTo(hash(new Value.OpaqueValue("type", utf8("contend-0123456789"))));
  }

  @Test
  void bothZerosAreTheSameScore() {
    assertThat(hash(new Value.SortedSetValue(List.of(new ScoredMember(utf8("a"), 0.0)))))
        .isEqualTo(hash(new Value.SortedSetValue(List.of(new ScoredMember(utf8("a"), -0.0)))));
  }

  @Test
  void bookkeepingThatServersOfDifferentAgeTellDifferentlyDoesNotCount() {
    Value old = new Value.StreamValue(List.of(), "1-1", -1, "0-0");
    Value now = new Value.StreamValue(List.of(), "1-1", 7, "1-0");

    assertThat(hash(old)).isEqualTo(hash(now));
  }

  private static Value stream(String id, String... parts) {
    List<byte[]> bytes = Arrays.stream(parts).map(ValueHashTest::utf8).toList();
    return new Value.StreamValue(List.of(new StreamEntry(id, bytes)), id, 1, "0-0");
  }

  private static long hash(Value value) {
    return ValueHash.of(value, 0);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
