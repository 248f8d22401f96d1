package io.replicator.hub.server;

import io.replicator.api.KeyPatterns;
import io.replicator.hub.delivery.AccessRules;
import io.replicator.hub.delivery.CollectionSettings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges subscribers and what they ask for by the configured rules (invariant I10). A request is
 * granted only if each of its patterns is provably covered by one that is allowed: it is equal to
 * it, or the allowed one is a literal prefix of it and "*". Whatever is granted is filtered by the
 * allowed patterns all the same. Without any rule everybody who gets a connection may read all.
 */
final class AccessPolicy implements AccessRules {
  private static final String SPECIAL = "*?[\\";

  private final List<AccessRule> rules;
  private final List<ServedDatabase> databases;

  AccessPolicy(List<AccessRule> rules, List<ServedDatabase> databases) {
    this.rules = List.copyOf(rules);
    this.databases = List.copyOf(databases);
  }

  @Override
  public Admission admit(String identity, String token, boolean secure) {
    if (rules.isEmpty()) {
      return AccessRules.OPEN.admit(identity, token, secure);
    }
    List<AccessRule.Grant> grants = new ArrayList<>();
    List<String> names = new ArrayList<>();
    byte[] digest = AccessRule.Token.digest(token);
    boolean tokenKnown = false;
    boolean status = false;
    for (AccessRule rule : rules) {
      switch (rule.who()) {
        case AccessRule.Certificate certificate -> {
          if (!identity.isEmpty() && certificate.commonName().equals(identity)) {
            names.add(identity);
            grants.addAll(rule.grants());
            status |= rule.status();
          }
        }
        case AccessRule.Token known -> {
          // no early end: the time tells nothing about which one it is
          if (known.isSame(digest)) {
            tokenKnown = true;
            names.add(known.name());
            grants.addAll(rule.grants());
            status |= rule.status();
          }
        }
      }
    }
    if (!token.isEmpty() && !tokenKnown) {
      return new Refused("the token is not known here");
    }
    return names.isEmpty()
        ? new Refused(refusal(identity))
        : new Admitted(
            String.join("+", names.stream().distinct().toList()), new Granted(grants, status));
  }

  /** What somebody may read by all rules that name it. */
  private final class Granted implements Access {
    private final List<AccessRule.Grant> grants;
    private final boolean status;

    Granted(List<AccessRule.Grant> grants, boolean status) {
      this.grants = List.copyOf(grants);
      this.status = status;
    }

    @Override
    public Ruling allowed(int database, String collection, KeyPatterns patterns) {
      return judge(grants, database, collection, patterns);
    }

    @Override
    public List<String> patterns(int database) {
      return grants.stream()
          .filter(grant -> grant.database() == database)
          .flatMap(grant -> grant.patterns().stream())
          .distinct()
          .toList();
    }

    @Override
    public boolean seesStatus() {
      return status;
    }
  }

  private static String refusal(String identity) {
    return identity.isEmpty()
        ? "a token or a client certificate is needed"
        : "no access rule names the certificate '" + identity + "', and no token was shown";
  }

  private Ruling judge(
      List<AccessRule.Grant> grants, int database, String collection, KeyPatterns requested) {
    List<String> allowed = new ArrayList<>();
    List<String> collections = new ArrayList<>();
    for (AccessRule.Grant grant : grants) {
      if (grant.database() == database) {
        allowed.addAll(grant.patterns());
        collections.addAll(grant.collections());
      }
    }
    KeyPatterns whole = collectionPatterns(database, collection);
    Set<String> filter = cover(requested, allowed);
    if (filter.isEmpty() && !collection.isEmpty()) {
      filter = cover(whole, allowed);
    }
    if (!filter.isEmpty()) {
      return new Allowed(KeyPatterns.of(List.copyOf(filter), List.of()));
    }
    if (!collection.isEmpty() && collections.contains(collection)) {
      return new Allowed(whole);
    }
    return new Denied(denial(grants, allowed, collections));
  }

  private KeyPatterns collectionPatterns(int database, String name) {
    return databases.stream()
        .filter(served -> served.number() == database)
        .flatMap(served -> served.settings().collections().stream())
        .filter(collection -> collection.name().equals(name))
        .map(CollectionSettings::patterns)
        .findFirst()
        .orElse(KeyPatterns.ALL);
  }

  private static String denial(
      List<AccessRule.Grant> grants, List<String> allowed, List<String> collections) {
    if (allowed.isEmpty() && collections.isEmpty()) {
      return "not allowed, only the databases "
          + grants.stream().map(AccessRule.Grant::database).distinct().sorted().toList();
    }
    return "only the key patterns "
        + allowed
        + " and the collections "
        + collections
        + " are allowed";
  }

  /**
   * The allowed patterns that together cover the request; none if they do not. Excludes only make a
   * request smaller, so they need no cover.
   */
  private static Set<String> cover(KeyPatterns requested, List<String> allowed) {
    List<String> includes = requested.includes().isEmpty() ? List.of("*") : requested.includes();
    Set<String> cover = new LinkedHashSet<>();
    for (String include : includes) {
      Optional<String> covering =
          allowed.stream().filter(pattern -> covers(pattern, include)).findFirst();
      if (covering.isEmpty()) {
        return Set.of();
      }
      cover.add(covering.get());
    }
    return cover;
  }

  static boolean covers(String allowed, String requested) {
    if (allowed.equals(requested)) {
      return true;
    }
    if (!allowed.endsWith("*")) {
      return false;
    }
    String prefix = allowed.substring(0, allowed.length() - 1);
    return prefix.chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0) && requested.startsWith(prefix);
  }
}
