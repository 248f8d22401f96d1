package io.replicator.command.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.replicator.api.KeyPatterns;
import io.replicator.command.compare.Difference.Kind;
import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparerTest {
  private static RedisServer sourceServer;
  private static RedisServer targetServer;
  private static RedisClient client;

  private StatefulRedisConnection<byte[], byte[]> source;
  private StatefulRedisConnection<byte[], byte[]> target;

  @BeforeAll
  static void startServers() {
    sourceServer = RedisServer.started();
    targetServer = RedisServer.started();
    client = RedisClient.create();
  }

  @AfterAll
  static void stopServers() {
    client.shutdown(0, 2, TimeUnit.SECONDS);
    sourceServer.close();
    targetServer.close();
  }

  @BeforeEach
  void connectToEmptyServers() {
    source = connect(sourceServer, null);
    target = connect(targetServer, null);
    source.sync().flushall();
    target.sync().flushall();
  }

  @AfterEach
  void disconnect() {
    source.close();
    target.close();
  }

  @Test
  void streamsThatEndWhileTheyAreComparedAreNoError() {
    // All of them end in the middle of the comparison, some between two of its commands.
    String script =
        """
        for i = 0, 3999 do
          redis.call('XADD', 'stream:' .. i, '1-1', 'f', 'v')
          redis.call('PEXPIRE', 'stream:' .. i, 50 + math.floor(i / 10))
        end
        return 'OK'
        """;
    source.sync().eval(script, ScriptOutputType.STATUS);
    target.sync().eval(script, ScriptOutputType.STATUS);

    CompareRules patient =
        new CompareRules(
            KeyPatterns.ALL, "", Duration.ofSeconds(1), false, 10, Duration.ofSeconds(60));

    assertThat(compare(patient).equal()).isTrue();
  }

  @Test
  void equalServersOfAllTypesAreEqual() {
    writeAllTypes(source);
    writeAllTypes(target);

    Comparison comparison = compare(CompareRules.DEFAULT);

    assertThat(comparison.equal()).as("%s", comparison).isTrue();
    assertThat(comparison.sourceKeys()).isEqualTo(source.sync().dbsize());
    assertThat(comparison.targetKeys()).isEqualTo(target.sync().dbsize());
  }

  /** Both hold the same of every type, then one command changes the target. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MISSING | string | DEL string
          MISSING | stream | DEL stream
          EXTRA   | other  | SET other 1
          TYPE    | string | COPY list string REPLACE
          VALUE   | string | SETRANGE string 3 X
          VALUE   | string | APPEND string X
          VALUE   | empty  | SET empty X
          VALUE   | long   | SETRANGE long 3000000 X
          VALUE   | list   | LSET list 1 X
          VALUE   | list   | LMOVE list list LEFT RIGHT
          VALUE   | queue  | LSET queue 2500 X
          VALUE   | set    | SMOVE set other-set a
          VALUE   | hash   | HSET hash f2 X
          VALUE   | hash   | HDEL hash f2
          VALUE   | fields | HSET fields f2500 X
          VALUE   | zset   | ZADD zset 7.5 m1
          VALUE   | ranked | ZADD ranked 0.5 m2500
          VALUE   | stream | XDEL stream 5-1
          VALUE   | stream | XADD stream 7-1 f v
          VALUE   | stream | XSETID stream 9-9
          VALUE   | log    | XDEL log 2500-0
          EXPIRY  | string | PEXPIREAT string 4000000000000
          EXPIRY  | timed  | PERSIST timed
          EXPIRY  | timed  | PEXPIREAT timed 4000000002000
          """)
  void namesTheKeyAndTheKindOfWhatDiffers(Kind kind, String key, String command) {
    writeAllTypes(source);
    writeAllTypes(target);
    run(target, command.split(" "));

    Comparison comparison =
        compare(rules(KeyPatterns.of(List.of(), List.of("other-set")), "", Duration.ZERO));

    assertThat(comparison.counts()).isEqualTo(Map.of(kind, 1L));
    assertThat(comparison.examples()).extracting(found -> found.key().toString()).containsOnly(key);
    assertThat(comparison.examples().getFirst().kind()).isEqualTo(kind);
    assertThat(comparison.examples().getFirst().detail()).isNotBlank();
  }

  @Test
  void memberOfAnotherNameInASetOfTheSameSizeIsADifference() {
    run(source, "SADD", "set", "a", "b");
    run(target, "SADD", "set", "a", "c");

    assertThat(compare(CompareRules.DEFAULT).counts()).isEqualTo(Map.of(Kind.VALUE, 1L));
  }

  @Test
  void fieldOfAnotherNameInAHashOfTheSameSizeIsADifference() {
    run(source, "HSET", "hash", "a", "1");
    run(target, "HSET", "hash", "b", "1");

    assertThat(compare(CompareRules.DEFAULT).counts()).isEqualTo(Map.of(Kind.VALUE, 1L));
  }

  @Test
  void expiriesWithinTheToleranceAreEqual() {
    run(source, "SET", "k", "v", "PXAT", "4000000000000");
    run(target, "SET", "k", "v", "PXAT", "4000000000999");

    assertThat(compare(CompareRules.DEFAULT).equal()).isTrue();
    run(target, "PEXPIREAT", "k", "4000000001001");
    assertThat(compare(CompareRules.DEFAULT).count(Kind.EXPIRY)).isEqualTo(1);
  }

  @Test
  void mapsDatabaseAndPrefix() {
    run(source, "SET", "a", "1");
    target.sync().select(3);
    run(target, "SET", "eu:a", "1");
    run(target, "SET", "unrelated", "1");
    run(target, "SET", "eu:more", "1");

    Comparison comparison =
        Comparer.compare(
            new CompareSide("source", source, 0),
            new CompareSide("target", target, 3),
            rules(KeyPatterns.ALL, "eu:", Duration.ZERO));

    assertThat(comparison.counts()).isEqualTo(Map.of(Kind.EXTRA, 1L));
    assertThat(comparison.examples().getFirst().key()).hasToString("more");
  }

  @Test
  void patternsLimitBothSides() {
    run(source, "SET", "quote:a", "1");
    run(source, "SET", "order:a", "1");
    run(target, "SET", "quote:a", "1");
    run(target, "SET", "trade:a", "1");

    assertThat(compare(rules(KeyPatterns.of(List.of("quote:*"), List.of()), "", Duration.ZERO)))
        .matches(Comparison::equal)
        .matches(comparison -> comparison.sourceKeys() == 1 && comparison.targetKeys() == 1);
  }

  @Test
  void keysOfReplicatorItselfAreNotCompared() {
    run(target, "HSET", "__replicator:cursor:0", "live", "x");

    assertThat(compare(CompareRules.DEFAULT).equal()).isTrue();
  }

  @Test
  void chainKeysAreLeftOutOnlyIfAskedFor() {
    run(source, "SET", "version", "2");
    run(source, "RPUSH", "version:2", "a");
    run(source, "SET", "version:x", "no chain key");

    assertThat(compare(CompareRules.DEFAULT).count(Kind.MISSING)).isEqualTo(3);
    CompareRules withoutChain =
        new CompareRules(KeyPatterns.ALL, "", Duration.ZERO, true, 10, Duration.ZERO);
    assertThat(compare(withoutChain).examples())
        .extracting(found -> found.key().toString())
        .containsExactly("version:x");
  }

  @Test
  void examplesAreLimitedAndCountsAreNot() {
    for (int i = 0; i < 25; i++) {
      run(source, "SET", "k" + i, "1");
    }

    Comparison comparison = compare(CompareRules.DEFAULT);

    assertThat(comparison.count(Kind.MISSING)).isEqualTo(25);
    assertThat(comparison.examples()).hasSize(10);
  }

  @Test
  void binaryKeysAndValuesAreCompared() {
    byte[] key = {(byte) 0xff, 0, (byte) 0x80, '\n'};
    source.sync().set(key, new byte[] {1, (byte) 0xfe});
    target.sync().set(key, new byte[] {1, (byte) 0xff});

    Comparison comparison = compare(CompareRules.DEFAULT);

    assertThat(comparison.examples().getFirst().key()).hasToString("\\xff\\x00\\x80\\x0a");
    assertThat(comparison.counts()).isEqualTo(Map.of(Kind.VALUE, 1L));
  }

  @Test
  void waitsUntilTheTargetHasCaughtUp() throws Exception {
    run(source, "SET", "k", "new");
    CompareRules patient =
        new CompareRules(KeyPatterns.ALL, "", Duration.ZERO, false, 10, Duration.ofSeconds(90));
    // The target gets the key only after the comparison was seen reading it.
    long before = calls(target, "EVAL");
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try (StatefulRedisConnection<byte[], byte[]> other = connect(targetServer, null)) {
                Await.until(
                    Duration.ofSeconds(60),
                    "the comparison has read the target",
                    () -> calls(other, "EVAL") > before);
                other.sync().set(bytes("k"), bytes("new"));
              }
            });

    assertThat(compare(patient).equal()).isTrue();
    writer.join();
  }

  @Test
  void comparesWithoutPermissionForScripts() {
    run(source, "ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@all", "-eval", "-@admin");
    writeAllTypes(source);
    writeAllTypes(target);
    run(target, "LSET", "list", "1", "X");
    try (StatefulRedisConnection<byte[], byte[]> limited = connect(sourceServer, "reader")) {

      Comparison comparison =
          Comparer.compare(
              new CompareSide("source", limited, 0),
              new CompareSide("target", target, 0),
              CompareRules.DEFAULT);

      assertThat(comparison.counts()).isEqualTo(Map.of(Kind.VALUE, 1L));
    } finally {
      run(source, "ACL", "DELUSER", "reader");
    }
  }

  @Test
  void saysWhichSideRefused() {
    run(source, "ACL", "SETUSER", "blind", "on", ">secret", "~*", "+select", "+hello", "+client");
    try (StatefulRedisConnection<byte[], byte[]> blind = connect(sourceServer, "blind")) {
      CompareSide side = new CompareSide("source a:6379", blind, 0);
      CompareSide other = new CompareSide("target b:6379", target, 0);

      assertThatThrownBy(() -> Comparer.compare(side, other, CompareRules.DEFAULT))
          .isInstanceOf(CompareException.class)
          .hasMessageContaining("source a:6379 refused: NOPERM");
    } finally {
      run(source, "ACL", "DELUSER", "blind");
    }
  }

  private Comparison compare(CompareRules rules) {
    return Comparer.compare(
        new CompareSide("source", source, 0), new CompareSide("target", target, 0), rules);
  }

  private static CompareRules rules(KeyPatterns patterns, String prefix, Duration tolerance) {
    return new CompareRules(patterns, prefix, tolerance, false, 10, Duration.ZERO);
  }

  private static void writeAllTypes(StatefulRedisConnection<byte[], byte[]> side) {
    run(side, "SET", "string", "value");
    run(side, "SET", "empty", "");
    run(side, "SET", "timed", "v", "PXAT", "4000000000000");
    run(side, "SETRANGE", "long", "3100000", "end");
    run(side, "RPUSH", "list", "a", "b", "a");
    run(side, "SADD", "set", "a", "b", "c");
    run(side, "SADD", "other-set", "z");
    run(side, "HSET", "hash", "f1", "v1", "f2", "v2");
    run(side, "ZADD", "zset", "1.5", "m1", "-inf", "m2", "1e300", "m3");
    run(side, "XADD", "stream", "5-1", "f", "v", "f", "again");
    run(side, "XADD", "stream", "6-0", "f", "v");
    String many =
        """
        for i = 1, 3000 do
          redis.call('RPUSH', 'queue', 'e' .. i)
          redis.call('SADD', 'members', 'm' .. i)
          redis.call('HSET', 'fields', 'f' .. i, i)
          redis.call('ZADD', 'ranked', i, 'm' .. i)
          redis.call('XADD', 'log', i .. '-0', 'n', i)
        end
        """;
    side.sync().eval(many, ScriptOutputType.STATUS, new byte[0][]);
  }

  private static void run(StatefulRedisConnection<byte[], byte[]> side, String... words) {
    byte[][] arguments = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      arguments[i] = bytes(words[i]);
    }
    if (words[0].equals("ACL")) {
      acl(side, words);
      return;
    }
    side.sync()
        .eval(
            "redis.call(unpack(ARGV)) return {ok='OK'}",
            ScriptOutputType.STATUS,
            new byte[0][],
            arguments);
  }

  /** Scripts may not call ACL. */
  private static void acl(StatefulRedisConnection<byte[], byte[]> side, String... words) {
    var arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    for (int i = 1; i < words.length; i++) {
      arguments.add(words[i]);
    }
    side.sync()
        .dispatch(CommandType.ACL, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), arguments);
  }

  private static long calls(StatefulRedisConnection<byte[], byte[]> side, String command) {
    return side.sync()
        .info("commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_" + command.toLowerCase(Locale.ROOT) + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("^[^,]*:calls=(\\d+),.*", "$1")))
        .sum();
  }

  private static StatefulRedisConnection<byte[], byte[]> connect(
      RedisServer server, @Nullable String user) {
    RedisURI.Builder uri = RedisURI.builder().withHost("127.0.0.1").withPort(server.port());
    if (user != null) {
      uri.withAuthentication(user, "secret".toCharArray());
    }
    return client.connect(ByteArrayCodec.INSTANCE, uri.build());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
