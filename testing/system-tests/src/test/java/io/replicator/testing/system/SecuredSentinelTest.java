package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentinels and servers that speak TLS and want passwords, each its own, at both ends. */
final class SecuredSentinelTest {
  private static final String SERVERS = "password-of-the-servers";
  private static final String SENTINELS = "password-of-the-sentinels";

  @TempDir private Path folder = Path.of("");

  @Test
  void followsAFailoverOverTlsWithPasswordsAndShowsNone() throws Exception {
    Certificates authority = new Certificates(folder, "authority");
    try (SecuredRedis first = SecuredRedis.started(authority, SERVERS, 0);
        SecuredRedis second = replicaOf(first, authority);
        SecuredRedis target = SecuredRedis.started(authority, SERVERS, 0);
        SecuredRedis targetReplica = replicaOf(target, authority);
        SentinelServer sources = SentinelServer.watching(folder, first, SENTINELS);
        SentinelServer targets = SentinelServer.watching(folder, target, SENTINELS);
        Sides sides = new Sides(folder, "secured");
        Redis atFirst = first.hand();
        Redis atSecond = second.hand()) {
      atFirst.run("SET key:1 before");
      sides.hub(access(authority, sources.address(), "--plaindb", "0"));
      sides.client(access(authority, targets.address()));
      sides.awaitEqual(first.address(), target.address(), 0);

      Await.until(Sides.LIMIT, "replica has it", () -> atSecond.run("GET key:1").equals("before"));
      first.kill();
      sources.awaitMaster(second.tlsPort());
      sides.until("it takes writes", () -> takes(atSecond, "SET key:1 after"));
      sides.awaitEqual(second.address(), target.address(), 0);

      assertThat(compare(authority, sources, targets)).isZero();
      assertThat(targetReplica.tlsPort()).isPositive();
      assertThat(sides.story()).doesNotContain(SERVERS).doesNotContain(SENTINELS);
    }
  }

  @Test
  void aWrongPasswordOfTheSentinelsIsNamedAsTheirs() throws IOException {
    Certificates authority = new Certificates(folder, "authority");
    try (SecuredRedis first = SecuredRedis.started(authority, SERVERS, 0);
        SecuredRedis second = replicaOf(first, authority);
        SentinelServer sources = SentinelServer.watching(folder, first, SENTINELS);
        Sides sides = new Sides(folder, "wrong")) {
      List<String> options = new ArrayList<>(List.of(access(authority, sources.address())));
      Collections.replaceAll(options, file("sentinels", SENTINELS), file("other", "wrong"));
      sides.hub(options.toArray(String[]::new));
      sides.awaitOutput(0, sources.address());
      sides.awaitOutput(0, "password");
      assertThat(second.tlsPort()).isPositive();
    }
  }

  private String[] access(Certificates authority, String sentinels, String... more)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("--databases", "0", "--redis", sentinels));
    options.addAll(List.of("--sentinel", "--redis-tls", "--redis-ca", authority.authority()));
    options.addAll(List.of("--redis-password-file", file("servers", SERVERS)));
    options.addAll(List.of("--sentinel-password-file", file("sentinels", SENTINELS)));
    options.addAll(List.of(more));
    return options.toArray(String[]::new);
  }

  private int compare(Certificates authority, SentinelServer sources, SentinelServer targets)
      throws Exception {
    List<String> options = new ArrayList<>(List.of("compare", "--databases", "0"));
    for (String side : List.of("source", "target")) {
      String sentinels = side.equals("source") ? sources.address() : targets.address();
      options.addAll(List.of("--" + side, sentinels, "--" + side + "-sentinel"));
      options.addAll(List.of("--" + side + "-tls", "--" + side + "-ca", authority.authority()));
      options.addAll(List.of("--" + side + "-password-file", file("servers", SERVERS)));
      options.addAll(
          List.of("--" + side + "-sentinel-password-file", file("sentinels", SENTINELS)));
    }
    Process process =
        new ProcessBuilder(ReplicatorProcess.command(options.toArray(String[]::new)))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    System.out.println(output);
    return code;
  }

  private String file(String name, String secret) throws IOException {
    return Files.writeString(folder.resolve(name + ".secret"), secret + "\n").toString();
  }

  private static boolean takes(Redis server, String line) {
    try {
      return !server.run(line).isEmpty();
    } catch (io.lettuce.core.RedisException e) {
      return false; // still a replica
    }
  }

  private static SecuredRedis replicaOf(SecuredRedis master, Certificates authority) {
    SecuredRedis replica = SecuredRedis.started(authority, SERVERS, master.tlsPort());
    try (Redis at = replica.hand()) {
      Await.until(
          Sides.LIMIT,
          "the replica follows its master",
          () -> at.run("INFO replication").contains("master_link_status:up"));
    }
    return replica;
  }
}
