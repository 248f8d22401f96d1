package io.replicator.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lettuce.core.protocol.CommandType;
import io.replicator.command.redis.RedisServer;
import io.replicator.redis.RedisAccessException.Category;
import io.replicator.testing.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class RedisConnectorTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void opensALinkToTheFirstAddressThatAnswers() {
    try (RedisServer gone = RedisServer.started();
        RedisServer server = RedisServer.started()) {
      gone.kill();
      try (RedisConnector connector = connector(gone.address() + "," + server.address());
          RedisLink link = connector.await(connector.open(3))) {
        assertThat(link.address().port()).isEqualTo(server.port());
        assertThat(link.server().role()).isEqualTo(ServerInfo.Role.MASTER);
        assertThat(link.server().runId()).hasSize(40);
        assertThat(link.capabilities().expireTime()).isTrue();
        assertThat(link.call(CommandType.CLIENT, "INFO").join()).isInstanceOf(byte[].class);
        assertThat(
                new String(
                    (byte[]) link.call(CommandType.CLIENT, "INFO").join(), StandardCharsets.UTF_8))
            .contains(" db=3 ")
            .contains("name=replicator");
      }
    }
  }

  @Test
  void saysThatNobodyAnswers() {
    try (RedisServer gone = RedisServer.started()) {
      gone.kill();
      assertRefused(RedisEndpoint.parse(gone.address()), Category.UNREACHABLE, gone.address());
    }
  }

  @Test
  void saysThatAPasswordIsMissingOrWrongAndNeverShowsIt() {
    try (RedisServer server = RedisServer.started("--requirepass", "right")) {
      RedisEndpoint endpoint = RedisEndpoint.parse(server.address());
      assertRefused(endpoint, Category.AUTHENTICATION, "give one");
      RedisEndpoint wrong = endpoint.withLogin("", Secret.of("wr0ng-secret"));
      assertRefused(wrong, Category.AUTHENTICATION, "refuses user or password");
      assertThat(wrong.toString()).doesNotContain("wr0ng-secret");
      RedisEndpoint right = endpoint.withLogin("", Secret.of("right"));
      try (RedisConnector connector = new RedisConnector(right);
          RedisLink link = connector.await(connector.open(0))) {
        assertThat(link.isOpen()).isTrue();
      }
    }
  }

  @Test
  void refusesAReplica() {
    try (RedisServer master = RedisServer.started();
        RedisServer replica = RedisServer.started("--replicaof", "127.0.0.1 " + master.port())) {
      assertRefused(RedisEndpoint.parse(replica.address()), Category.NOT_MASTER, "replica");
    }
  }

  @Test
  void tellsThatALinkIsGoneAndFailsItsCommands() {
    try (RedisServer server = RedisServer.started();
        RedisConnector connector = connector(server.address());
        RedisLink link = connector.await(connector.open(0))) {
      server.setStopped(true);
      CompletableFuture<?> pending = link.call(CommandType.PING);
      server.kill();
      Await.until(LIMIT, "the link is closed", () -> link.closed().toCompletableFuture().isDone());
      assertThat(link.isOpen()).isFalse();
      assertThatExceptionOfType(CompletionException.class).isThrownBy(pending::join);
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(() -> link.call(CommandType.PING).join());
    }
  }

  @Test
  void leavesNoThreadBehind() {
    try (RedisServer server = RedisServer.started()) {
      try (RedisConnector connector = connector(server.address());
          RedisLink link = connector.await(connector.open(0))) {
        assertThat(link.isOpen()).isTrue();
      }
    }
    Await.until(LIMIT, "no thread of the library", () -> libraryThreads() == 0);
  }

  private static long libraryThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lettuce"))
        .count();
  }

  private static RedisConnector connector(String addresses) {
    return new RedisConnector(RedisEndpoint.parse(addresses));
  }

  private static void assertRefused(RedisEndpoint endpoint, Category category, String text) {
    try (RedisConnector connector = new RedisConnector(endpoint)) {
      assertThatExceptionOfType(RedisAccessException.class)
          .isThrownBy(() -> connector.await(connector.open(0)))
          .withMessageContaining(text)
          .satisfies(error -> assertThat(error.category()).isEqualTo(category));
    }
  }
}
