package io.replicator.command.cli;

import io.replicator.hub.server.AccessRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code access:} of the YAML file: who ({@code identity}, the name in a certificate, or {@code
 * name} and {@code token-file}) may read which {@code databases}, {@code match} patterns and {@code
 * collections} of them, and whether it may see the hub's {@code status}.
 */
final class AccessMapping {
  private final Given given;

  AccessMapping(Given given) {
    this.given = given;
  }

  /** No rule at all = whoever gets a connection may read all. */
  List<AccessRule> rules(List<DatabaseChoice> databases) {
    List<AccessRule> rules = new ArrayList<>();
    for (Map<String, Object> map : given.maps(SecuritySettings.ACCESS)) {
      Fields fields = new Fields(given.origin(SecuritySettings.ACCESS), map);
      fields.allow("identity", "name", "token-file", "databases", "match", "collections", "status");
      rules.add(new AccessRule(who(fields), grants(fields, databases), status(fields)));
    }
    return rules;
  }

  private static boolean status(Fields fields) {
    String text = fields.text("status", "false");
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new UsageError(
              fields.origin("status") + ": '" + text + "': expected true or false");
    };
  }

  private static AccessRule.Who who(Fields fields) {
    String identity = fields.text("identity", "");
    String tokenFile = fields.text("token-file", "");
    if (identity.isEmpty() == tokenFile.isEmpty()) {
      throw new UsageError(
          fields.origin("identity")
              + ": expected either 'identity' (the name in the client's certificate) or 'name' with"
              + " 'token-file' in each rule");
    }
    if (!identity.isEmpty()) {
      return new AccessRule.Certificate(identity);
    }
    return AccessRule.Token.of(
        fields.required("name"),
        Secrets.firstLine(fields.origin("token-file"), Path.of(tokenFile)));
  }

  private static List<AccessRule.Grant> grants(Fields fields, List<DatabaseChoice> databases) {
    List<String> collections = fields.list("collections");
    List<String> match = fields.list("match");
    List<String> patterns = match.isEmpty() && collections.isEmpty() ? List.of("*") : match;
    List<String> numbers = fields.list("databases");
    if (numbers.isEmpty()) {
      return databases.stream()
          .map(choice -> new AccessRule.Grant(choice.number(), patterns, collections))
          .toList();
    }
    List<AccessRule.Grant> grants = new ArrayList<>();
    for (String number : numbers) {
      try {
        grants.add(new AccessRule.Grant(Integer.parseInt(number), patterns, collections));
      } catch (NumberFormatException e) {
        throw new UsageError(
            fields.origin("databases") + ": '" + number + "': expected database numbers", e);
      }
    }
    return grants;
  }
}
