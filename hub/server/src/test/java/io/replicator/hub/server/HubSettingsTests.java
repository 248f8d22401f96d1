package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.QosLevel;
import io.replicator.redis.RedisEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTests {
  private final HubSettings settings = of(":3333", List.of(5, 0, 7, 8, 9), Set.of(0));

  @Test
  void orderOfDatabasesGivesTheLevels() {
    assertThat(settings.databases())
        .extracting(database -> database.settings().level())
        .containsExactly(
            QosLevel.REALTIME, QosLevel.HIGH, QosLevel.LOW, QosLevel.IDLE, QosLevel.IDLE);
    assertThat(settings.databases())
        .extracting(ServedDatabase::versioned)
        .containsExactly(true, false, true, true, true);
  }

  @Test
  void defaultsAreSafe() {
    assertThat(settings.tls()).isNull();
    assertThat(settings.insecure()).isFalse();
    assertThat(settings.http()).isNull();
    assertThat(settings.access()).isEmpty();
    assertThat(settings.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void plainTcpOnAllAddressesMeansLoopbackUnlessInsecure() {
    assertThat(settings.hubAddress().getAddress().isLoopbackAddress()).isTrue();
    assertThat(settings.isConfinedToLoopback()).isTrue();
    HubSettings insecure = settings.withInsecure(true);
    assertThat(insecure.hubAddress().getAddress().isAnyLocalAddress()).isTrue();
    assertThat(insecure.isConfinedToLoopback()).isFalse();
  }

  @Test
  void plainTcpOnAnotherAddressIsRefusedUnlessInsecure() {
    HubSettings open = of("192.0.2.1:3333", List.of(0), Set.of());
    assertThatThrownBy(open::hubAddress)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("192.0.2.1:3333")
        .hasMessageContaining("TLS")
        .hasMessageContaining("insecure");
    assertThat(open.withInsecure(true).hubAddress().getPort()).isEqualTo(3333);
  }

  @Test
  void refusesDatabasesThatAreWrong() {
    assertThatThrownBy(() -> of(":1", List.of(5, 5), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("database 5 is there twice");
    assertThatThrownBy(() -> of(":1", List.of(), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 databases");
    assertThatThrownBy(() -> of(":1", List.of(5), Set.of(6)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("plain database 6");
    assertThatThrownBy(() -> of(":1", List.of(-1), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }

  @Test
  void refusesAccessRulesForDatabasesItDoesNotServe() {
    AccessRule rule =
        new AccessRule(
            new AccessRule.Certificate("shop"),
            List.of(new AccessRule.Grant(3, List.of("*"), List.of())));
    assertThatThrownBy(() -> settings.withAccess(List.of(rule)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("database 3");
  }

  @Test
  void refusesADrainTimeoutOutOfRange() {
    assertThatThrownBy(() -> settings.withDrainTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("drainTimeout");
  }

  @ParameterizedTest
  @CsvSource({
    ":3333, '', 3333",
    "127.0.0.1:0, 127.0.0.1, 0",
    "[::1]:65535, ::1, 65535",
    "hub.example:1, hub.example, 1"
  })
  void readsAddresses(String text, String host, int port) {
    assertThat(ListenAddress.parse(text)).isEqualTo(new ListenAddress(host, port));
    assertThat(ListenAddress.parse(text).toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3333", "host:", "host:x", "::1:3333", "host:99999", "host:-1"})
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  private static HubSettings of(String address, List<Integer> databases, Set<Integer> plain) {
    return HubSettings.of(
        "hub-1",
        ListenAddress.parse(address),
        RedisEndpoint.parse("127.0.0.1:6379"),
        databases,
        plain);
  }
}
