package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.replicator.client.replica.Replica;
import io.replicator.command.compare.CompareRules;
import io.replicator.command.compare.CompareSide;
import io.replicator.command.compare.Comparer;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.server.HubServer;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisLink;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ACL users of docs/operations.md are enough, and nothing they lack is tried. */
class OperationsDocTest {
  private static final Path DOC = Path.of("../../docs/operations.md").toAbsolutePath().normalize();
  private static final Secrets SECRETS = new Secrets(Map.of());

  @TempDir private Path folder;

  @Test
  void aclUsersOfTheDocumentCarryACopy() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "SECRET\n");
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        RedisConnector sources = new RedisConnector(RedisEndpoint.parse(source.address()));
        RedisConnector targets = new RedisConnector(RedisEndpoint.parse(target.address()));
        RedisLink from = sources.await(sources.open(0));
        RedisLink to = targets.await(targets.open(0))) {
      dispatch(from.connection(), CommandType.ACL, aclLine("replicator-hub"));
      dispatch(to.connection(), CommandType.ACL, aclLine("replicator-client"));
      from.connection().sync().set(bytes("a"), bytes("1"));
      from.connection().sync().rpush(bytes("list"), bytes("x"), bytes("y"));
      to.connection().sync().set(bytes("left over"), bytes("1"));
      String login = " --redis-password-file " + password + " --redis-user ";
      Given hubGiven =
          given(
              "-server -databases 0 -plaindb 0 --http off -hub 127.0.0.1:0 -redis "
                  + source.address()
                  + login
                  + "replicator-hub");
      try (HubServer hub = HubServer.start(new HubMapping(hubGiven, SECRETS).settings());
          Replica replica =
              replica(
                  "-databases 0 --http off -hub 127.0.0.1:"
                      + hub.port()
                      + " -redis "
                      + target.address()
                      + login
                      + "replicator-client")) {
        replica.ready().get(60, TimeUnit.SECONDS);
        from.connection().sync().pexpire(bytes("a"), Duration.ofHours(1));
        from.connection().sync().del(bytes("list"));
        from.connection().sync().xadd(bytes("stream"), Map.of(bytes("f"), bytes("v")));

        Await.until(
            Duration.ofSeconds(60), "the target is a copy of the source", () -> equal(from, to));
        assertThat(hub.status().databases().getFirst().source().capture())
            .isEqualTo("notifications");
      }
      assertThat(dispatch(from.connection(), CommandType.ACL, List.of("LOG"))).isEmpty();
      assertThat(dispatch(to.connection(), CommandType.ACL, List.of("LOG"))).isEmpty();
    }
  }

  private static Replica replica(String line) {
    Given given = given(line);
    ClientCommand command =
        new ClientCommand(
            given,
            SECRETS,
            new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new ProgressLine(System.err, false, System::nanoTime));
    return Replica.start(new ClientMapping(given, SECRETS).settings(), command.targets());
  }

  private static boolean equal(RedisLink from, RedisLink to) {
    return Comparer.compare(
            new CompareSide("source", from.connection(), 0),
            new CompareSide("target", to.connection(), 0),
            CompareRules.DEFAULT)
        .equal();
  }

  /** The words behind "ACL" of the line that makes this user. */
  private static List<String> aclLine(String user) throws IOException {
    String start = "    ACL SETUSER " + user + " ";
    String line =
        Files.readAllLines(DOC).stream()
            .filter(text -> text.startsWith(start))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no line '" + start + "…' in " + DOC));
    return List.of(line.strip().substring("ACL ".length()).split(" "));
  }

  private static List<Object> dispatch(
      StatefulRedisConnection<byte[], byte[]> connection, CommandType type, List<String> words) {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    words.forEach(arguments::add);
    return connection
        .sync()
        .dispatch(type, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), arguments);
  }

  private static Given given(String line) {
    return ((CommandLines.Request.Run) CommandLines.parse(line.split(" "))).given();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
