package io.replicator.hub.delivery;

import io.replicator.api.KeyPatterns;
import java.util.List;

/** Who may read what (invariant I10). Asked on the loop; must not block. */
@FunctionalInterface
public interface AccessRules {
  /** Everybody may read everything: for loopback and tests. */
  AccessRules OPEN = (identity, token, secure) -> new Admitted(identity, Access.EVERYTHING);

  /**
   * Judges a new subscriber.
   *
   * @param identity common name of its verified certificate, "" = none
   * @param token what it showed, "" = none; never to be logged
   * @param secure whether the connection is encrypted
   */
  Admission admit(String identity, String token, boolean secure);

  /** Whether a subscriber may come in at all. */
  sealed interface Admission {}

  /**
   * @param name who it is, for status and logs
   */
  record Admitted(String name, Access access) implements Admission {}

  /**
   * @param reason for the subscriber: what is missing, and nothing secret
   */
  record Refused(String reason) implements Admission {}

  /** What an admitted subscriber may read. */
  @FunctionalInterface
  interface Access {
    /** No limits. */
    Access EVERYTHING =
        new Access() {
          @Override
          public Ruling allowed(int database, String collection, KeyPatterns patterns) {
            return new Allowed(KeyPatterns.ALL);
          }

          @Override
          public List<String> patterns(int database) {
            return List.of("*");
          }

          @Override
          public boolean seesStatus() {
            return true;
          }
        };

    Ruling allowed(int database, String collection, KeyPatterns patterns);

    /**
     * Globs of the keys it may read of a database, to be shown to it; none = nothing by pattern.
     */
    default List<String> patterns(int database) {
      return List.of();
    }

    /** Whether it may see how the hub does, and who else is there. */
    default boolean seesStatus() {
      return false;
    }
  }

  /** The answer to one feed request. */
  sealed interface Ruling {}

  /**
   * @param filter keys outside of it are never sent, whatever was asked for
   */
  record Allowed(KeyPatterns filter) implements Ruling {}

  /**
   * @param reason for the subscriber: what it may read instead
   */
  record Denied(String reason) implements Ruling {}
}
