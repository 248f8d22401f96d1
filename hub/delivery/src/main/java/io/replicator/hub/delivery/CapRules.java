package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.hub.qos.QosCaps;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which caps a subscriber gets: those of the first rule that fits it, else those of all others.
 *
 * @param others for everybody whom no rule fits
 */
public record CapRules(QosCaps others, List<CapRule> rules) {
  public static final CapRules NONE = new CapRules(QosCaps.NONE, List.of());

  public CapRules {
    rules = List.copyOf(rules);
  }

  /** Whom a rule is for. */
  public sealed interface Whom {}

  /** Who is proved to be this one: the name in its certificate, or of the token it shows. */
  public record Identity(String name) implements Whom {
    public Identity {
      requireName("identity", name);
    }

    @Override
    public String toString() {
      return "identity " + name;
    }
  }

  /** Who says it is this one: the name it was given, which nobody checks. */
  public record Client(String name) implements Whom {
    public Client {
      requireName("client", name);
    }

    @Override
    public String toString() {
      return "client " + name;
    }
  }

  /** The caps of some. */
  public record CapRule(Whom whom, QosCaps caps) {}

  /**
   * @param identity as the access rules know it; several joined with "+" if several rules do
   * @param clientId as it calls itself
   */
  public QosCaps of(String identity, String clientId) {
    for (CapRule rule : rules) {
      boolean fits =
          switch (rule.whom()) {
            case Identity(String name) ->
                identity.equals(name) || Arrays.asList(identity.split("\\+", -1)).contains(name);
            case Client(String name) -> clientId.equals(name);
          };
      if (fits) {
        return rule.caps();
      }
    }
    return others;
  }

  /** For logs: "all 1048576; identity branch-1 none, idle 16384", bytes a second. */
  public String text() {
    String all = "all " + text(others);
    return rules.isEmpty()
        ? all
        : all
            + rules.stream()
                .map(rule -> "; " + rule.whom() + " " + text(rule.caps()))
                .collect(Collectors.joining());
  }

  private static String text(QosCaps caps) {
    String total =
        caps.totalBytesPerSecond() == 0 ? "none" : Long.toString(caps.totalBytesPerSecond());
    return total
        + Arrays.stream(QosLevel.values())
            .filter(level -> caps.of(level) > 0)
            .map(level -> ", " + level.name().toLowerCase(Locale.ROOT) + " " + caps.of(level))
            .collect(Collectors.joining());
  }

  private static void requireName(String what, String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a cap for a blank " + what + ": a name expected");
    }
  }
}
