package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.AccessRules.Admission;
import io.replicator.hub.delivery.AccessRules.Admitted;
import io.replicator.hub.delivery.AccessRules.Allowed;
import io.replicator.hub.delivery.AccessRules.Denied;
import io.replicator.hub.delivery.AccessRules.Refused;
import io.replicator.hub.delivery.AccessRules.Ruling;
import io.replicator.hub.delivery.CollectionSettings;
import io.replicator.hub.delivery.DatabaseSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessPolicyTests {
  private static final String TOKEN = "a-token-of-good-length";

  private static final KeyPatterns NEWS = KeyPatterns.of(List.of("news:*"), List.of("news:old:*"));

  private final AccessPolicy policy =
      new AccessPolicy(
          List.of(
              new AccessRule(
                  new AccessRule.Certificate("shop"),
                  List.of(new AccessRule.Grant(5, List.of("quotes:*", "rates"), List.of()))),
              new AccessRule(
                  AccessRule.Token.of("kiosk", TOKEN),
                  List.of(new AccessRule.Grant(0, List.of(), List.of("news"))))),
          List.of(
              new ServedDatabase(5, true, DatabaseSettings.of(QosLevel.REALTIME)),
              new ServedDatabase(
                  0,
                  false,
                  new DatabaseSettings(
                      QosLevel.LOW,
                      List.of(new CollectionSettings("news", NEWS, QosLevel.HIGH))))));

  @Test
  void admitsByCertificateOrToken() {
    assertThat(admitted(policy.admit("shop", "", true)).name()).isEqualTo("shop");
    assertThat(admitted(policy.admit("", TOKEN, true)).name()).isEqualTo("kiosk");
    assertThat(admitted(policy.admit("shop", TOKEN, true)).name()).isEqualTo("shop+kiosk");
  }

  @Test
  void refusesTheUnknownWithoutShowingTheToken() {
    assertThat(refused(policy.admit("", "", true))).contains("needed");
    assertThat(refused(policy.admit("other", "", true))).contains("other");
    assertThat(refused(policy.admit("shop", "a-wrong-token-0123", true)))
        .contains("not known")
        .doesNotContain("a-wrong-token-0123");
  }

  @ParameterizedTest
  @CsvSource({
    "quotes:*, quotes:*, true",
    "quotes:*, quotes:EUR*, true",
    "quotes:*, quotes:[ab]?, true",
    "quotes:*, quotes:EUR, true",
    "*, anything?, true",
    "rates, rates, true",
    "quotes:*, quote*, false",
    "quotes:*, *, false",
    "quotes:*, ?uotes:EUR, false",
    "quotes:*, [q]uotes:EUR, false",
    "quotes:*, \\quotes:EUR, false",
    "rates, rates2, false",
    "rates, rates*, false",
    "q?otes:*, quotes:*, false",
    "q?otes:*, q?otes:*, true",
    "q\\**, q\\*x, false",
  })
  void coversOnlyWhatIsProvablyInside(String allowed, String requested, boolean covered) {
    assertThat(AccessPolicy.covers(allowed, requested)).isEqualTo(covered);
  }

  @Test
  void grantsWhatIsCoveredAndFiltersByIt() {
    KeyPatterns filter = granted(ruling("shop", "", 5, "", "quotes:EUR*"));
    assertThat(filter.includes()).containsExactly("quotes:*");
  }

  @Test
  void deniesWhatIsNotCoveredAndSaysWhatIsAllowed() {
    assertThat(denied(ruling("shop", "", 5, "", "quotes:*", "secret:*")))
        .contains("quotes:*", "rates");
    assertThat(denied(ruling("shop", "", 5, ""))).as("everything").contains("quotes:*");
    assertThat(denied(ruling("shop", "", 0, "", "quotes:*"))).contains("[5]");
  }

  @Test
  void grantsACollectionWithAllItExcludes() {
    assertThat(granted(ruling("", TOKEN, 0, "news"))).isEqualTo(NEWS);
    assertThat(denied(ruling("", TOKEN, 0, ""))).contains("news");
    assertThat(denied(ruling("", TOKEN, 0, "other"))).contains("news");
    assertThat(denied(ruling("", TOKEN, 5, "news"))).contains("[0]");
  }

  @Test
  void withoutRulesEverybodyReadsAll() {
    AccessPolicy open = new AccessPolicy(List.of(), List.of());
    Admitted anyone = admitted(open.admit("", "", false));
    assertThat(granted(anyone.access().allowed(3, "", KeyPatterns.ALL)).isAll()).isTrue();
  }

  @Test
  void tokenIsNeverShown() {
    AccessRule rule = new AccessRule(AccessRule.Token.of("kiosk", TOKEN), List.of());
    assertThat(rule.toString()).contains("kiosk").doesNotContain(TOKEN);
    assertThatThrownBy(() -> AccessRule.Token.of("kiosk", "short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16")
        .message()
        .doesNotContain("short\"");
  }

  private Ruling ruling(
      String identity, String token, int database, String collection, String... includes) {
    return admitted(policy.admit(identity, token, true))
        .access()
        .allowed(database, collection, KeyPatterns.of(List.of(includes), List.of()));
  }

  private static Admitted admitted(Admission admission) {
    assertThat(admission).isInstanceOf(Admitted.class);
    return (Admitted) admission;
  }

  private static String refused(Admission admission) {
    assertThat(admission).isInstanceOf(Refused.class);
    return ((Refused) admission).reason();
  }

  private static KeyPatterns granted(Ruling ruling) {
    assertThat(ruling).isInstanceOf(Allowed.class);
    return ((Allowed) ruling).filter();
  }

  private static String denied(Ruling ruling) {
    assertThat(ruling).isInstanceOf(Denied.class);
    return ((Denied) ruling).reason();
  }
}
